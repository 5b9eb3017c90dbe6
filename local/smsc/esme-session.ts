import type { Pdu, Session } from 'smpp';
import type { Behaviour } from './behaviour.ts';
import type { Receiver } from './delivery-queue.ts';
import { BodyError, smpp } from './smpp-octets.ts';
import type { Timers } from './timers.ts';

const modes = {
  bind_transmitter: 'transmitter',
  bind_receiver: 'receiver',
  bind_transceiver: 'transceiver',
} as const;

/** One connection, bound or not yet. */
export interface EsmeSession extends Receiver {
  readonly id: number;
  readonly remote: string;
  readonly since: string;
  mode: (typeof modes)[keyof typeof modes] | null;
  submits: number;
  /** Nothing is read from it or written to it any more. */
  isCut: boolean;
  /** enquire_link's sent and not answered. */
  silent: number;
}

export interface Account {
  readonly systemId: string;
  readonly password: string;
}

/** What a session needs of the simulator. */
export interface Smsc {
  readonly account: Account;
  readonly behaviour: () => Behaviour;
  readonly timers: Timers;
  readonly log: (line: string) => void;
  /** A submit_sm or data_sm of a session that may send. */
  readonly submit: (session: EsmeSession, pdu: Pdu) => void;
  readonly bound: (session: EsmeSession) => void;
}

const status = { invalidLength: 0x02, invalidCommand: 0x03, notBound: 0x04, alreadyBound: 0x05 } as const;
const wrong = { password: 0x0e, systemId: 0x0f } as const;

/** Answers, unless the simulator is told to keep silent or the connection is gone. */
export const answer = (smsc: Pick<Smsc, 'behaviour'>, esme: EsmeSession, response: Pdu): void => {
  if (smsc.behaviour().stall !== 'answering' && !esme.isCut) esme.session.send(response);
};

const bindStatus = ({ account, behaviour }: Smsc, esme: EsmeSession, pdu: Pdu): number => {
  if (esme.mode) return status.alreadyBound;
  if (behaviour().bindStatus) return behaviour().bindStatus;
  if (pdu.system_id !== account.systemId) return wrong.systemId;
  return pdu.password === account.password ? 0 : wrong.password;
};

const bind = (smsc: Smsc, esme: EsmeSession, pdu: Pdu): void => {
  const command_status = bindStatus(smsc, esme, pdu);
  smsc.log(`session ${esme.id} ${pdu.command} 0x${command_status.toString(16)}`);
  if (command_status !== 0) {
    answer(smsc, esme, pdu.response({ command_status }));
    if (!esme.mode) esme.session.close();
    return;
  }
  answer(smsc, esme, pdu.response({ system_id: 'SIMULATOR', sc_interface_version: 0x34 }));
  esme.mode = modes[pdu.command as keyof typeof modes];
  smsc.bound(esme);
};

const unbind = (smsc: Smsc, esme: EsmeSession, pdu: Pdu): void => {
  esme.mode = null;
  smsc.log(`session ${esme.id} unbind`);
  answer(smsc, esme, pdu.response());
  esme.session.close();
};

const submit = (smsc: Smsc, esme: EsmeSession, pdu: Pdu): void => {
  const maySend = esme.mode === 'transmitter' || esme.mode === 'transceiver';
  if (!maySend) {
    answer(smsc, esme, pdu.response({ command_status: status.notBound }));
    return;
  }
  esme.submits += 1;
  smsc.submit(esme, pdu);
};

const nack = (command_status: number, sequence_number: number): Pdu =>
  new smpp.PDU('generic_nack', { command_status, sequence_number });

const handlers: Readonly<Record<string, (smsc: Smsc, esme: EsmeSession, pdu: Pdu) => void>> = {
  bind_transmitter: bind,
  bind_receiver: bind,
  bind_transceiver: bind,
  unbind,
  submit_sm: submit,
  data_sm: submit,
  enquire_link: (smsc, esme, pdu) => answer(smsc, esme, pdu.response()),
  enquire_link_resp: (_, esme) => {
    esme.silent = 0;
  },
  unbind_resp: (_, esme) => esme.session.close(),
};

const handle = (smsc: Smsc, esme: EsmeSession, pdu: Pdu): void => {
  const handler = handlers[pdu.command];
  if (handler) handler(smsc, esme, pdu);
  else if (!pdu.isResponse()) answer(smsc, esme, nack(status.invalidCommand, pdu.sequence_number));
};

/** The package leaves itself deaf after an error: a bad PDU is refused by itself, anything else ends the connection. */
const recover = (smsc: Smsc, esme: EsmeSession, error: Error): void => {
  smsc.log(`session ${esme.id} ${error.name}: ${error.message}`);
  const { session } = esme;
  if (session.socket.destroyed) return;
  if (!(error instanceof BodyError)) {
    if (error.name === 'FramingError') session.send(nack(status.invalidLength, 0));
    session.close();
    smsc.timers.after(1_000, () => session.destroy());
    return;
  }
  answer(smsc, esme, nack(status.invalidLength, error.sequenceNumber));
  session._command_length = null;
  session._busy = false;
  setImmediate(() => session._extractPDUs());
};

const mostSilent = 2;

const keepAlive = (smsc: Smsc, esme: EsmeSession): void => {
  const { enquireLinkMs } = smsc.behaviour();
  smsc.timers.after(enquireLinkMs || 1_000, () => {
    if (esme.session.socket.destroyed) return;
    if (enquireLinkMs && esme.mode && !esme.isCut) {
      if (esme.silent >= mostSilent) {
        esme.session.destroy();
        return;
      }
      esme.silent += 1;
      esme.session.enquire_link({});
    }
    keepAlive(smsc, esme);
  });
};

/** Serves one connection until it closes. */
export const serveSession = (
  smsc: Smsc,
  session: Session,
  id: number,
  closed: (esme: EsmeSession) => void,
): EsmeSession => {
  const { socket } = session;
  const remote = `${socket.remoteAddress}:${socket.remotePort}`;
  const since = new Date().toISOString();
  const esme: EsmeSession = {
    id,
    remote,
    since,
    session,
    unanswered: new Set(),
    mode: null,
    submits: 0,
    isCut: false,
    silent: 0,
  };
  socket.setNoDelay(true);
  session.on('error', (error: Error) => recover(smsc, esme, error));
  session.on('pdu', (pdu: Pdu) => {
    try {
      handle(smsc, esme, pdu);
    } catch (error) {
      smsc.log(`session ${id} ${pdu.command} failed: ${String(error)}`);
      session.destroy();
    }
  });
  session.on('close', () => {
    esme.mode = null;
    for (const lost of [...esme.unanswered]) lost();
    closed(esme);
  });
  if (smsc.behaviour().stall === 'reading') session.pause();
  keepAlive(smsc, esme);
  return esme;
};
