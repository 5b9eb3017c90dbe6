import type { Socket } from 'node:net';
import { encodePduInto, type OutgoingPdu, pduLengthBound } from '../pdu/encode.ts';
import type { CommandName } from '../pdu/pdu.ts';

/** Gathers the PDUs of one tick and hands them to the socket in one write: the main lever of throughput. */
export interface PduWriter {
  /**
   * Puts a PDU into the batch under way and gives that batch's number.
   *
   * @throws PduError when the PDU breaks the specification; the batch is then as it was.
   */
  write<Command extends CommandName>(pdu: OutgoingPdu<Command>): number;
  /** Hands the batch to the socket now instead of at the end of the tick. */
  flush(): void;
  /** The last batch that was handed to the socket: a PDU of a later one has certainly not left this process. */
  readonly flushedBatch: number;
  /** Octets that the peer has yet to take from this process. */
  readonly backlog: number;
}

const chunkLength = 64 * 1024;

/**
 * A writer onto one socket. PDUs are encoded straight into a chunk that is handed over piece by piece, so nothing is
 * copied. The chunk is begun anew once the socket has got rid of every piece of it, never while one may still be read;
 * where the peer is slower than that, a full chunk is left to the collector.
 *
 * @param flushed is called after each hand-over, and again whenever the socket has got rid of one.
 */
export const createPduWriter = (socket: Socket, flushed: () => void): PduWriter => {
  let chunk = Buffer.allocUnsafeSlow(chunkLength);
  let start = 0;
  let end = 0;
  /** Pieces of this chunk that the socket still has. */
  let held = 0;
  let flushedBatch = 0;
  let scheduled = false;

  const replaceChunk = (length: number): void => {
    chunk = Buffer.allocUnsafeSlow(length);
    start = 0;
    end = 0;
    held = 0;
  };

  const handOver = (batch: Buffer): void => {
    const of = chunk;
    held++;
    socket.write(batch, () => {
      if (of === chunk && --held === 0 && start === end) {
        start = 0;
        end = 0;
      }
      flushed();
    });
  };

  const flush = (): void => {
    if (start === end) return;
    const batch = chunk.subarray(start, end);
    start = end;
    if (socket.destroyed || socket.writableEnded) return;
    flushedBatch++;
    handOver(batch);
    flushed();
  };

  const flushAtEndOfTick = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      flush();
    });
  };

  return {
    write: (pdu) => {
      const needed = pduLengthBound(pdu);
      if (needed > chunk.length - end) {
        flush();
        replaceChunk(Math.max(chunkLength, needed));
      }
      end = encodePduInto(chunk, end, pdu);
      flushAtEndOfTick();
      return flushedBatch + 1;
    },
    flush,
    get flushedBatch() {
      return flushedBatch;
    },
    get backlog() {
      return socket.writableLength + end - start;
    },
  };
};
