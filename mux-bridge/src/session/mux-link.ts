import { connect } from 'node:net';
import { decodeMessage, encodeMessage } from '#shared/domain/simulcrypt/codec.ts';
import { createMessageFramer } from '#shared/domain/simulcrypt/framer.ts';
import type { ProtocolVersion, SimulcryptMessage } from '#shared/domain/simulcrypt/messages.ts';
import { SimulcryptError } from '#shared/domain/simulcrypt/simulcrypt-error.ts';
import { createMuxSession, type MuxFailure, type MuxSessionSettings } from './mux-session.ts';

export interface MuxLinkSettings extends MuxSessionSettings {
  readonly host: string;
  readonly port: number;
  readonly version: ProtocolVersion;
  /** How long a connection may take, and how long the MUX may take nothing of what waits for it. */
  readonly stallMs: number;
}

export interface MuxLinkEvents {
  allocated(kbitS: number): void;
  complained(statuses: readonly number[]): void;
  /** The connection is gone; null: it was closed from here. */
  ended(failure: MuxFailure | null): void;
}

export interface MuxLink {
  /** Whether datagrams may be sent now: bandwidth is allocated, and the MUX takes what it is given. */
  readonly isOpen: boolean;
  provide(datagrams: readonly Uint8Array[]): void;
  request(bandwidthKbitS: number): void;
  close(): void;
  /** At once, without a word. */
  destroy(): void;
}

/** No MUX has more to say. */
const longestMessage = 4_096;
/** Half a second of the largest streams: what waits longer is back-pressure, and no reason to send more. */
const mostWaiting = 64 * 1024;
const tickMs = 100;

/** One connection to a MUX. Every outcome comes as an event; the call itself does not throw. */
export const openMuxLink = (settings: MuxLinkSettings, events: MuxLinkEvents): MuxLink => {
  const socket = connect({ host: settings.host, port: settings.port }).setNoDelay(true);
  const framer = createMessageFramer(longestMessage);
  const now = () => performance.now();
  let isOver = false;
  let isConnected = false;
  let allocation = 0;
  let takenAt = now();

  const finish = (failure: MuxFailure | null): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    if (allocation > 0) events.allocated(0);
    allocation = 0;
    events.ended(failure);
  };

  const send = (message: SimulcryptMessage): void => {
    if (socket.writableLength === 0) takenAt = now();
    socket.write(encodeMessage(settings.version, message), () => {
      takenAt = now();
    });
  };

  const session = createMuxSession(settings, {
    send,
    allocated: (kbitS) => {
      allocation = kbitS;
      if (!isOver) events.allocated(kbitS);
    },
    complained: events.complained,
    ended: (failure) => {
      socket.end();
      setTimeout(() => socket.destroy(), 1_000).unref();
      finish(failure);
    },
  });

  const fail = (kind: 'unreachable' | 'stalled' | 'malformed'): void => {
    finish({ kind });
    socket.destroy();
  };

  const read = (octets: Buffer): void => {
    if (isOver) return;
    try {
      session.received(decodeMessage(octets).message, now());
    } catch (error) {
      if (!(error instanceof SimulcryptError)) throw error;
      session.misunderstood(error.fault);
    }
  };

  const timer = setInterval(() => {
    const isStalled = (!isConnected || socket.writableLength > 0) && now() - takenAt > settings.stallMs;
    if (isStalled) fail(isConnected ? 'stalled' : 'unreachable');
    else if (isConnected) session.tick(now());
  }, tickMs);

  socket.once('connect', () => {
    isConnected = true;
    session.open(now());
  });
  socket.on('data', (chunk) => {
    if (isOver) return;
    try {
      framer.feed(chunk, read);
    } catch (error) {
      if (!(error instanceof SimulcryptError)) throw error;
      fail('malformed');
    }
  });
  socket.on('error', () => fail('unreachable'));
  socket.once('close', () => fail('unreachable'));

  const { client_id, channel_id: data_channel_id, stream_id: data_stream_id, data_id } = settings;
  return {
    get isOpen() {
      return !isOver && allocation > 0 && socket.writableLength < mostWaiting;
    },
    provide: (datagram) =>
      send({ message: 'data_provision', client_id, data_channel_id, data_stream_id, data_id, datagram }),
    request: (bandwidthKbitS) => session.request(bandwidthKbitS, now()),
    close: () => {
      if (isConnected) session.close(now());
      else {
        finish(null);
        socket.destroy();
      }
    },
    destroy: () => {
      finish(null);
      socket.destroy();
    },
  };
};
