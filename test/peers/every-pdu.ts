import * as fc from 'fast-check';
import { commandStatuses } from '../../smpp-bridge/src/pdu/command-status.ts';
import { encodePdu, type OutgoingPdu } from '../../smpp-bridge/src/pdu/encode.ts';
import { type CommandName, commandIds, isResponse, type Pdu } from '../../smpp-bridge/src/pdu/pdu.ts';
import { anyPdu } from '../../smpp-bridge/src/pdu/pdu-arbitraries.ts';

/**
 * What the codec carries is wider than what the specification gives a meaning: it refuses no type of number and no
 * status that a later version may have. A strict peer does, so here every value is one that SMPP 3.4 lists.
 */

const statuses: readonly number[] = Object.values(commandStatuses);
const refusals = statuses.filter((status) => status !== commandStatuses.ESME_ROK);

/** SMPP 3.4, 5.2.5 and 5.2.6. */
const typesOfNumber = [0, 1, 2, 3, 4, 5, 6];
const numberingPlans = [0, 1, 3, 4, 6, 8, 9, 10, 14, 18];

/** 5.2.12: the text begins with a header. One by chance does not. */
const userDataHeader = 0x40;

/** Those that chapter 4 gives optional parameters. */
const extensible: ReadonlySet<CommandName> = new Set<CommandName>([
  'bind_receiver_resp',
  'bind_transmitter_resp',
  'bind_transceiver_resp',
  'submit_sm',
  'submit_multi',
  'deliver_sm',
  'data_sm',
  'data_sm_resp',
  'alert_notification',
]);

const pick = (values: readonly number[], by: number): number => values[by % values.length] ?? 0;

/** A value of the codec as one of the specification, by the name of its parameter. */
const listed = (name: string, value: unknown): unknown => {
  if (typeof value === 'number') {
    if (name.endsWith('_ton')) return pick(typesOfNumber, value);
    if (name.endsWith('_npi')) return pick(numberingPlans, value);
    if (name === 'interface_version') return 0x34;
    if (name === 'esm_class') return value & ~userDataHeader;
    return name === 'error_status_code' ? pick(statuses, value) : value;
  }
  if (typeof value === 'string') return value.replace(/[^!-~]/g, 'x');
  if (Array.isArray(value)) return value.map((each) => allListed(each as object));
  return value;
};

const allListed = (fields: object): object =>
  Buffer.isBuffer(fields)
    ? fields
    : Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, listed(name, value)]));

/** What a command has parameters for, and the specification no use: 4.6.1 and 4.6.2. */
const unused: Partial<Record<CommandName, object>> = {
  deliver_sm: { schedule_delivery_time: '', validity_period: '', replace_if_present_flag: 0, sm_default_msg_id: 0 },
  deliver_sm_resp: { message_id: '' },
};

const bodyOf = ({ command, body }: Pdu): object | null => {
  if (!body) return null;
  const { tlvs, otherTlvs, ...fields } = body;
  const optional = extensible.has(command) ? { tlvs: allListed(tlvs), otherTlvs } : { tlvs: {}, otherTlvs: [] };
  return { ...allListed(fields), ...unused[command], ...optional };
};

const withinSpecification = (pdu: Pdu, index: number): Pdu => {
  const refuses = isResponse(commandIds[pdu.command]) && (pdu.body === null || pdu.command === 'generic_nack');
  const commandStatus = refuses ? pick(refusals, pdu.commandStatus) : 0;
  return { ...pdu, commandStatus, sequenceNumber: index + 1, body: bodyOf(pdu) } as Pdu;
};

/** Of every command and every optional parameter many, by chance, and the same ones each time. */
export const sampleOfEveryPdu: readonly Pdu[] = fc
  .sample(anyPdu, { numRuns: 1_500, seed: 34 })
  .map((pdu, index) => withinSpecification(pdu, index));

/** The octets our encoder makes of it. */
export const octetsOf = (pdu: Pdu): Buffer => encodePdu(pdu as OutgoingPdu<CommandName>);
