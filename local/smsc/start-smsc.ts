import type { AddressInfo, Server } from 'node:net';
import type { Session } from 'smpp';
import { type Behaviour, type BehaviourChange, createBehaviourState } from './behaviour.ts';
import { createControlServer } from './control-server.ts';
import { createDeliveryQueue } from './delivery-queue.ts';
import { type EsmeSession, type Smsc as Served, serveSession } from './esme-session.ts';
import { deliverFieldsOf, type MobileOriginated } from './mobile-originated.ts';
import {
  createRecords,
  type Duplicate,
  findDuplicates,
  type ReceivedMessage,
  reassemble,
  type SubmitRecord,
} from './received-messages.ts';
import { smpp } from './smpp-octets.ts';
import { createSubmitHandler } from './submit-handler.ts';
import type { Telephones } from './telephones.ts';
import { createTimers } from './timers.ts';
import { createUnrulyReceipts } from './unruly-receipts.ts';

export interface SmscOptions extends Partial<Behaviour> {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly controlPort?: number;
  readonly host?: string;
  /** Where the control port listens; default: the same host. */
  readonly controlHost?: string;
  readonly systemId: string;
  readonly password: string;
  /** Who answers what is delivered; nobody, when it is left out. */
  readonly telephones?: Telephones;
  /** Told one line an event; no text, and of a number its last four digits. */
  readonly log?: (line: string) => void;
}

export interface SessionState {
  readonly id: number;
  readonly remote: string;
  readonly since: string;
  readonly mode: EsmeSession['mode'];
  readonly submits: number;
  readonly unanswered: number;
}

export interface Smsc {
  readonly host: string;
  readonly port: number;
  readonly controlUrl: string;
  readonly systemId: string;
  readonly password: string;
  /** Every submit of late, refused ones as well: the last 100,000. */
  readonly received: () => readonly SubmitRecord[];
  /** What was taken, parts put together. */
  readonly messages: () => readonly ReceivedMessage[];
  readonly duplicates: () => readonly Duplicate[];
  readonly sessions: () => readonly SessionState[];
  /** The most sessions that were bound at one time, since the start or the last clear. */
  readonly mostBound: () => number;
  /** deliver_sm's that no receiver has taken yet. */
  readonly waiting: () => number;
  readonly behaviour: () => Behaviour;
  readonly behave: (change: BehaviourChange) => void;
  readonly injectMo: (mo: MobileOriginated) => { readonly parts: number };
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

const isReceiver = ({ mode, session, isCut }: EsmeSession): boolean =>
  !isCut && (mode === 'receiver' || mode === 'transceiver') && session.socket.writable;

const steer = (esme: EsmeSession, { drop, unbind, halfOpen, stall }: BehaviourChange): void => {
  const { session, mode } = esme;
  if (halfOpen) esme.isCut = true;
  if (drop) session.destroy();
  else if (esme.isCut) session.pause();
  else if (unbind && mode) session.unbind({});
  else if (stall === 'reading') session.pause();
  else session.resume();
};

/** Counts at every bind, which no look now and then could do. */
const countBinds = (sessions: ReadonlySet<EsmeSession>) => {
  const now = (): number => [...sessions].filter(({ mode }) => mode !== null).length;
  let most = 0;
  return {
    count: () => {
      most = Math.max(most, now());
    },
    most: () => most,
    clear: () => {
      most = now();
    },
  };
};

/** The simulator without a socket: what it remembers, and what it does with a connection. */
const createSimulator = ({ systemId, password, telephones, log = () => undefined, ...initial }: SmscOptions) => {
  const timers = createTimers();
  const records = createRecords();
  const sessions = new Set<EsmeSession>();
  const behaviour = createBehaviourState(initial);
  let lastSession = 0;
  let lastReference = 0;
  const receivers = (): EsmeSession[] => (behaviour.get().stall === 'none' ? [...sessions].filter(isReceiver) : []);
  const deliveries = createDeliveryQueue({ receivers, behaviour: behaviour.get, timers, log });
  const receipts = { enqueue: createUnrulyReceipts(behaviour, timers, deliveries.enqueue) };
  const injectMo = (mo: MobileOriginated): { readonly parts: number } => {
    const parts = deliverFieldsOf(mo, ++lastReference);
    for (const fields of parts) deliveries.enqueue(fields);
    return { parts: parts.length };
  };
  const taken = (record: SubmitRecord): void => {
    const answers = telephones?.receive(record) ?? [];
    if (answers.length > 0) timers.after(behaviour.get().answerDelayMs, () => answers.forEach(injectMo));
  };
  const submit = createSubmitHandler({ behaviour, records, deliveries: receipts, taken, timers, log });
  const account = { systemId, password };
  const binds = countBinds(sessions);
  const bound = (): void => {
    binds.count();
    deliveries.pump();
  };
  const served: Served = { account, behaviour: behaviour.get, timers, log, submit, bound };
  return {
    timers,
    records,
    sessions,
    deliveries,
    binds,
    behaviour: behaviour.get,
    behave: ({ drop, unbind, halfOpen, ...change }: BehaviourChange): void => {
      behaviour.change(change);
      for (const esme of sessions) steer(esme, { drop, unbind, halfOpen, stall: behaviour.get().stall });
      deliveries.pump();
    },
    accept: (session: Session): void => {
      sessions.add(serveSession(served, session, ++lastSession, (esme) => sessions.delete(esme)));
    },
    injectMo,
  };
};

const describe = ({ id, remote, since, mode, submits, unanswered }: EsmeSession): SessionState => ({
  id,
  remote,
  since,
  mode,
  submits,
  unanswered: unanswered.size,
});

/**
 * Starts an SMSC simulator for one account, and its control port.
 *
 * @throws the socket's error when a port is taken: then nothing is left listening.
 */
export const startSmsc = async (options: SmscOptions): Promise<Smsc> => {
  const { port = 0, controlPort = 0, host = '127.0.0.1', controlHost = host, ...rest } = options;
  const { systemId, password, telephones, log, ...behaviour } = rest;
  const simulator = createSimulator({ ...behaviour, systemId, password, telephones, ...(log ? { log } : {}) });
  const { records, sessions, deliveries, binds } = simulator;
  const controlled = {
    received: records.all,
    messages: () => reassemble(records.all()),
    duplicates: () => findDuplicates(records.all()),
    sessions: () => [...sessions].map(describe),
    mostBound: binds.most,
    waiting: deliveries.waiting,
    behaviour: simulator.behaviour,
    behave: simulator.behave,
    injectMo: simulator.injectMo,
    clear: () => {
      records.clear();
      binds.clear();
    },
  };
  const server = smpp.createServer(simulator.accept);
  const control = createControlServer(controlled);
  const stop = async (): Promise<void> => {
    simulator.timers.clear();
    for (const { session } of sessions) session.destroy();
    control.closeAllConnections();
    await Promise.all([server, control].filter((one) => one.listening).map(close));
    simulator.timers.clear();
  };
  try {
    const smppPort = await listen(server, port, host);
    const controlUrl = `http://${controlHost}:${await listen(control, controlPort, controlHost)}`;
    return { host, port: smppPort, controlUrl, systemId, password, ...controlled, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
