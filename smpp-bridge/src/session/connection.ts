import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { OutgoingPdu } from '../pdu/encode.ts';
import { createFramer, FrameError } from '../pdu/framer.ts';
import type { CommandName, PassingPdu } from '../pdu/pdu.ts';
import { createPduWriter } from './pdu-writer.ts';
import type { Clock, SessionSettings } from './session-types.ts';

export type ConnectionSettings = Pick<SessionSettings, 'host' | 'port' | 'tls' | 'tlsCa' | 'lookup' | 'hostRefusal'>;

export interface ConnectionEvents {
  /** PDUs may be sent now; with TLS, the peer's certificate was verified. */
  connected(): void;
  frame(frame: Buffer): void;
  /** A PDU was put into the batch under way. */
  sent?(pdu: PassingPdu): void;
  /** The stream can no longer be cut into PDUs; no frame follows. */
  frameError(error: FrameError): void;
  /** Something was read, written or taken by the peer: deadlines may have moved, and slots may be free. */
  activity(): void;
  /** Once, and never after `close` or `destroy`. An undefined error is the peer's own FIN. */
  ended(error: Error | undefined): void;
}

/** A TCP or TLS connection which carries PDUs, and knows nothing of what they mean. */
export interface Connection {
  /** @throws PduError when the PDU breaks the specification. Gives the number of the batch it goes with. */
  send<Command extends CommandName>(pdu: OutgoingPdu<Command>): number;
  readonly flushedBatch: number;
  /** Octets that the peer has yet to take. */
  readonly backlog: number;
  /** Since when the peer takes nothing of what waits for it. */
  readonly blockedSince: number | undefined;
  /** When a whole PDU last came. */
  readonly heardAt: number;
  /** Since when a PDU has begun and not ended. */
  readonly partialSince: number | undefined;
  /** Since when octets are read; undefined while the peer is held back. */
  readonly readingSince: number | undefined;
  pauseReading(): void;
  resumeReading(): void;
  /** Closes once the peer has taken what was sent, or soon after in any case. */
  close(): void;
  destroy(): void;
}

const closeGraceMs = 1_000;

const openSocket = ({ host, port, tls, tlsCa, lookup, hostRefusal }: ConnectionSettings): Socket => {
  if (hostRefusal !== undefined) throw new Error(hostRefusal);
  const to = { host, port, ...(lookup && { lookup }) };
  const socket = tls
    ? connectTls({
        ...to,
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        // SNI names hosts, never addresses: RFC 6066, 3.
        ...(isIP(host) === 0 && { servername: host }),
        ...(tlsCa !== undefined && { ca: tlsCa }),
      })
    : connectTcp(to);
  return socket.setNoDelay(true);
};

/**
 * Connects. Every outcome comes as an event, but for settings that cannot lead to any.
 *
 * @throws Error for a port or a certificate that cannot be one, or a host that is refused.
 */
export const openConnection = (settings: ConnectionSettings, events: ConnectionEvents, clock: Clock): Connection => {
  const socket = openSocket(settings);
  const framer = createFramer();
  let over = false;
  let heardAt = clock.now();
  let partialSince: number | undefined;
  let readingSince: number | undefined = clock.now();
  let blockedSince: number | undefined;

  const writer = createPduWriter(socket, () => {
    // Called as often as the peer takes something, so a peer that reads slowly is not blocked.
    blockedSince = socket.writableLength > 0 ? clock.now() : undefined;
    if (!over) events.activity();
  });

  const end = (error: Error | undefined): void => {
    if (over) return;
    over = true;
    socket.destroy();
    events.ended(error);
  };

  const read = (chunk: Buffer): void => {
    if (over) return;
    const now = clock.now();
    let whole = false;
    const onFrame = (frame: Buffer): void => {
      whole = true;
      heardAt = now;
      if (!over) events.frame(frame);
    };
    try {
      framer.feed(chunk, onFrame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      if (!over) events.frameError(error);
      return;
    }
    if (!framer.partial) partialSince = undefined;
    else if (whole || partialSince === undefined) partialSince = now;
    events.activity();
  };

  socket.once(settings.tls ? 'secureConnect' : 'connect', () => {
    if (!over) events.connected();
  });
  socket.on('data', read);
  socket.once('end', () => end(undefined));
  socket.on('error', end);
  socket.once('close', () => end(new Error('the connection was closed')));

  return {
    send: (pdu) => {
      const batch = writer.write(pdu);
      events.sent?.(pdu);
      return batch;
    },
    get flushedBatch() {
      return writer.flushedBatch;
    },
    get backlog() {
      return writer.backlog;
    },
    get blockedSince() {
      return blockedSince;
    },
    get heardAt() {
      return heardAt;
    },
    get partialSince() {
      return partialSince;
    },
    get readingSince() {
      return readingSince;
    },
    pauseReading: () => {
      socket.pause();
      readingSince = undefined;
    },
    resumeReading: () => {
      socket.resume();
      readingSince = clock.now();
    },
    close: () => {
      over = true;
      writer.flush();
      socket.end();
      // What still comes is read and dropped: closing over unread octets is a reset, which may overtake our last PDU.
      socket.resume();
      const giveUp = setTimeout(() => socket.destroy(), closeGraceMs);
      socket.once('close', () => clearTimeout(giveUp));
    },
    destroy: () => {
      over = true;
      socket.destroy();
    },
  };
};
