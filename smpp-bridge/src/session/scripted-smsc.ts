import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { decodePdu } from '../pdu/decode.ts';
import { encodePdu, type OutgoingPdu } from '../pdu/encode.ts';
import { createFramer } from '../pdu/framer.ts';
import type { CommandName, Pdu, PduOf } from '../pdu/pdu.ts';
import { openSession } from './session.ts';
import type {
  OpenResult,
  Session,
  SessionClosed,
  SessionEvent,
  SessionEvents,
  SessionSettings,
} from './session-types.ts';

/** The other end of a connection, for tests: it does what the test says, good or evil, and nothing by itself. */
export interface Peer {
  readonly socket: Socket;
  /** The next PDU of this command; those before it are passed over. Rejects when the connection ends first. */
  next<Command extends CommandName>(command: Command): Promise<PduOf<Command>>;
  send<Command extends CommandName>(pdu: OutgoingPdu<Command>): void;
  answer<Command extends CommandName>(
    to: { readonly sequenceNumber: number },
    command: Command,
    commandStatus?: number,
    body?: OutgoingPdu<Command>['body'],
  ): void;
  readonly ended: Promise<unknown>;
}

const createPeer = (socket: Socket): Peer => {
  const arrived: Pdu[] = [];
  let look: () => void = () => undefined;
  let over = false;
  const framer = createFramer();
  socket.on('data', (chunk) => {
    framer.feed(chunk, (frame) => arrived.push(decodePdu(frame)));
    look();
  });
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => {
    const end = () => {
      over = true;
      look();
      resolve(undefined);
    };
    socket.once('end', end).once('close', end);
  });

  const next = <Command extends CommandName>(command: Command) =>
    new Promise<PduOf<Command>>((resolve, reject) => {
      look = () => {
        const at = arrived.findIndex((pdu) => pdu.command === command);
        if (at >= 0) resolve(arrived.splice(0, at + 1).at(-1) as Pdu & PduOf<Command>);
        else if (over) reject(new Error(`the connection ended before a ${command}`));
      };
      look();
    });

  const send = <Command extends CommandName>(pdu: OutgoingPdu<Command>) => void socket.write(encodePdu(pdu));
  return {
    socket,
    next,
    send,
    answer: ({ sequenceNumber }, command, commandStatus = 0, body = {}) =>
      send({ command, commandStatus, sequenceNumber, body: commandStatus === 0 ? body : null }),
    ended,
  };
};

export interface ScriptedSmsc {
  readonly port: number;
  /** The next connection that is made. */
  connection(): Promise<Peer>;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1, on a server of the caller's (a TLS server, say) or a plain one. */
export const startScriptedSmsc = async (
  server: Server = createServer(),
  event: 'connection' | 'secureConnection' = 'connection',
): Promise<ScriptedSmsc> => {
  const peers: Peer[] = [];
  const waiting: ((peer: Peer) => void)[] = [];
  server.on(event, (socket: Socket) => {
    const peer = createPeer(socket);
    const waiter = waiting.shift();
    if (waiter) waiter(peer);
    else peers.push(peer);
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connection: () => {
      const peer = peers.shift();
      return peer ? Promise.resolve(peer) : new Promise((resolve) => waiting.push(resolve));
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Patience enough that a slow machine changes nothing; a test shortens the one time it is about. */
export const patientSettings: Omit<SessionSettings, 'port'> = {
  host: '127.0.0.1',
  tls: false,
  systemId: 'signalbox',
  password: 'secret',
  systemType: 'SMPP',
  bindType: 'transceiver',
  windowSize: 10,
  bindTimeoutMs: 60_000,
  enquireLinkIntervalMs: 60_000,
  enquireLinkTimeoutMs: 60_000,
  responseTimeoutMs: 60_000,
  readTimeoutMs: 60_000,
};

/** Everything a session told its owner. */
export interface Recorder extends SessionEvents {
  readonly delivered: Parameters<SessionEvents['deliver']>[0][];
  readonly log: SessionEvent[];
  readonly end: Promise<SessionClosed>;
  readonly late: Promise<Parameters<SessionEvents['lateResponse']>[0]>;
  /** The first event of this type, past or to come. */
  seen(type: SessionEvent['type']): Promise<SessionEvent>;
}

export const recordEvents = (deliver: SessionEvents['deliver'] = () => Promise.resolve(0)): Recorder => {
  const { promise: end, resolve: closed } = Promise.withResolvers<SessionClosed>();
  const { promise: late, resolve: lateResponse } =
    Promise.withResolvers<Parameters<SessionEvents['lateResponse']>[0]>();
  const delivered: Recorder['delivered'] = [];
  const log: SessionEvent[] = [];
  const watchers: (() => void)[] = [];
  return {
    delivered,
    log,
    end,
    late,
    closed,
    lateResponse,
    deliver: (pdu) => {
      delivered.push(pdu);
      return deliver(pdu);
    },
    event: (event) => {
      log.push(event);
      for (const watch of watchers) watch();
    },
    seen: (type) =>
      new Promise((resolve) => {
        const look = () => {
          const event = log.find((candidate) => candidate.type === type);
          if (event) resolve(event);
        };
        watchers.push(look);
        look();
      }),
  };
};

export interface Bound {
  readonly session: Session;
  readonly peer: Peer;
  readonly events: Recorder;
}

/** A session of these settings and the peer that let it bind. */
export const bindTo = async (
  smsc: ScriptedSmsc,
  settings: Partial<SessionSettings> = {},
  events: Recorder = recordEvents(),
): Promise<Bound> => {
  const opening = openSession({ ...patientSettings, ...settings, port: smsc.port }, events);
  const peer = await smsc.connection();
  const bindType = settings.bindType ?? patientSettings.bindType;
  const bind = await peer.next(`bind_${bindType}`);
  peer.answer(bind, `bind_${bindType}_resp`, 0, { system_id: 'smsc', tlvs: { sc_interface_version: 0x34 } });
  const opened: OpenResult = await opening;
  if (opened.outcome !== 'bound') throw new Error(`the bind was ${opened.outcome}`);
  return { session: opened.session, peer, events };
};
