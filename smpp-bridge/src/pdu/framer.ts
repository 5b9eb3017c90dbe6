import { headerLength, maxPduLength } from './pdu.ts';

/**
 * A command_length that no PDU can have. Where the next PDU would begin is lost with it, so the connection cannot go
 * on: answer generic_nack ESME_RINVCMDLEN with sequence_number 0, and close (SMPP 3.4, 4.3.1).
 */
export class FrameError extends Error {
  readonly commandLength: number;

  constructor(commandLength: number) {
    super(`command_length ${commandLength} is outside ${headerLength} to ${maxPduLength}`);
    this.name = 'FrameError';
    this.commandLength = commandLength;
  }
}

/** Cuts a stream of octets into PDUs. */
export interface Framer {
  /**
   * Takes the octets that came and calls back with each PDU they complete, in order. A frame is a view into its chunk
   * where it came in one piece, and else a buffer of its own; either way every octet is copied at most once.
   *
   * @throws FrameError after the PDUs before the fault were given, and on every later call.
   */
  feed(chunk: Buffer, onFrame: (frame: Buffer) => void): void;
  /** Whether a PDU has begun and not ended. At the end of the stream such a piece is nothing, and is dropped. */
  readonly partial: boolean;
}

const lengthOctets = 4;

const checkedLength = (octets: Buffer, offset: number): number => {
  const commandLength = octets.readUInt32BE(offset);
  if (commandLength < headerLength || commandLength > maxPduLength) throw new FrameError(commandLength);
  return commandLength;
};

/** A framer for one connection, which knows nothing of any other. */
export const createFramer = (): Framer => {
  const prefix = Buffer.alloc(lengthOctets);
  /** The PDU that is being put together: the prefix until its length is known, then a buffer of that length. */
  let pieces = prefix;
  let filled = 0;
  let fault: FrameError | undefined;

  /** Moves octets into the PDU under way; gives the offset of the first octet it did not need. */
  const fill = (chunk: Buffer, offset: number): number => {
    const end = Math.min(chunk.length, offset + pieces.length - filled);
    chunk.copy(pieces, filled, offset, end);
    filled += end - offset;
    return end;
  };

  const finishPartial = (chunk: Buffer, onFrame: (frame: Buffer) => void): number => {
    let offset = 0;
    if (pieces === prefix) {
      offset = fill(chunk, offset);
      if (filled < lengthOctets) return offset;
      pieces = Buffer.allocUnsafe(checkedLength(prefix, 0));
      prefix.copy(pieces);
    }
    offset = fill(chunk, offset);
    if (filled < pieces.length) return offset;
    const frame = pieces;
    pieces = prefix;
    filled = 0;
    onFrame(frame);
    return offset;
  };

  const cut = (chunk: Buffer, onFrame: (frame: Buffer) => void): void => {
    let offset = filled > 0 ? finishPartial(chunk, onFrame) : 0;
    while (chunk.length - offset >= lengthOctets) {
      const end = offset + checkedLength(chunk, offset);
      if (end > chunk.length) {
        pieces = Buffer.allocUnsafe(end - offset);
        break;
      }
      onFrame(chunk.subarray(offset, end));
      offset = end;
    }
    if (offset < chunk.length) fill(chunk, offset);
  };

  return {
    get partial() {
      return filled > 0;
    },
    feed: (chunk, onFrame) => {
      if (fault) throw fault;
      try {
        cut(chunk, onFrame);
      } catch (error) {
        if (error instanceof FrameError) fault = error;
        throw error;
      }
    },
  };
};
