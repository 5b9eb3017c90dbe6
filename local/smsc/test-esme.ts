import { once } from 'node:events';
import type { Pdu, Session } from 'smpp';
import { smpp } from './smpp-octets.ts';
import type { Smsc } from './start-smsc.ts';

type Fields = Readonly<Record<string, unknown>>;
type Command =
  | 'bind_transceiver'
  | 'bind_transmitter'
  | 'bind_receiver'
  | 'submit_sm'
  | 'data_sm'
  | 'query_sm'
  | 'enquire_link'
  | 'unbind';

/** A client of the `smpp` package, which is not this repository's, for driving the simulator. */
export interface Esme {
  readonly session: Session;
  readonly request: (command: Command, fields?: Fields) => Promise<Pdu>;
  readonly submit: (destination: string, text: string, fields?: Fields) => Promise<Pdu>;
  /** Every PDU that came, in order, responses as well. */
  readonly pdus: readonly Pdu[];
  /** The nth deliver_sm, counted from 1, as soon as it is here. */
  readonly delivered: (nth: number) => Promise<Pdu>;
  readonly closed: Promise<void>;
}

/** What becomes of a deliver_sm: a command_status to answer with, or null for no answer. */
export type AnswerDelivery = (nth: number) => number | null;

export const connectEsme = async (
  smsc: Pick<Smsc, 'host' | 'port'>,
  answer: AnswerDelivery = () => 0,
): Promise<Esme> => {
  const session = smpp.connect({ host: smsc.host, port: smsc.port });
  const pdus: Pdu[] = [];
  const deliveries: Pdu[] = [];
  const closed = new Promise<void>((resolve) => session.on('close', () => resolve()));
  session.on('error', () => session.destroy());
  session.on('pdu', (pdu: Pdu) => {
    pdus.push(pdu);
    if (pdu.command === 'enquire_link' || pdu.command === 'unbind') session.send(pdu.response());
    if (pdu.command !== 'deliver_sm') return;
    deliveries.push(pdu);
    const status = answer(deliveries.length);
    if (status !== null) session.send(pdu.response({ command_status: status }));
  });
  await once(session, 'connect');
  const request: Esme['request'] = (command, fields = {}) =>
    new Promise((resolve) => session[command]({ ...fields }, resolve));
  return {
    session,
    request,
    pdus,
    closed,
    submit: (destination, text, fields = {}) =>
      request('submit_sm', {
        source_addr: 'Signalbox',
        destination_addr: destination,
        registered_delivery: 1,
        data_coding: 0,
        short_message: smpp.encodings.ASCII.encode(text),
        ...fields,
      }),
    delivered: async (nth) => {
      for (;;) {
        const pdu = deliveries[nth - 1];
        if (pdu) return pdu;
        await once(session, 'pdu');
      }
    },
  };
};

/** Connects and binds; the status is looked at by nobody. */
export const bindEsme = async (
  smsc: Smsc,
  answer?: AnswerDelivery,
  command: Command = 'bind_transceiver',
): Promise<Esme> => {
  const esme = await connectEsme(smsc, answer);
  await esme.request(command, { system_id: smsc.systemId, password: smsc.password, interface_version: 0x34 });
  return esme;
};
