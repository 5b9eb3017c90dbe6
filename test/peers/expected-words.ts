import { bodyFields, type Field } from '../../smpp-bridge/src/pdu/fields.ts';
import { commandIds, type Pdu } from '../../smpp-bridge/src/pdu/pdu.ts';
import { type TlvFormat, type TlvName, tlvTable } from '../../smpp-bridge/src/pdu/tlvs.ts';

/**
 * What unpack-pdus.c should print of a PDU. It follows the tables of the codec, and shares none of its code. libsmpp34
 * puts what comes later in a list before what came earlier.
 */

const word = (name: string, octets: string): string => `${name}=${octets}`;
const number = (name: string, value: number, octets: number): string =>
  word(name, value.toString(16).padStart(2 * octets, '0'));
const text = (name: string, value: string): string => word(name, Buffer.from(value, 'latin1').toString('hex'));

const item = (fields: object): string[] =>
  Object.entries(fields).map(([name, value]: [string, unknown]) =>
    typeof value === 'number' ? number(name, value, name === 'error_status_code' ? 4 : 1) : text(name, value as string),
  );

const field = (name: string, { kind }: Field, value: unknown): string[] => {
  if (kind === 'uint8') return [number(name, value as number, 1)];
  if (kind === 'shortMessage') {
    const octets = value as Buffer;
    return [number('sm_length', octets.length, 1), word(name, octets.toString('hex'))];
  }
  if (kind === 'destinations' || kind === 'unsuccessful') {
    const items = value as readonly object[];
    const count = kind === 'destinations' ? 'number_of_dests' : 'no_unsuccess';
    return [number(count, items.length, 1), ...items.toReversed().flatMap(item)];
  }
  return [text(name, value as string)];
};

const tlvOctets = (value: unknown, format: TlvFormat): Buffer => {
  if (format.kind === 'integer')
    return Buffer.from(
      Number(value)
        .toString(16)
        .padStart(2 * format.octets, '0'),
      'hex',
    );
  if (format.kind === 'cString') return Buffer.from(`${String(value)}\0`, 'latin1');
  return format.kind === 'flag' ? Buffer.alloc(0) : (value as Buffer);
};

const tlvWords = (tag: number, octets: Buffer): string =>
  [number('tag', tag, 2), number('length', octets.length, 2), word('value', octets.toString('hex'))].join(' ');

/** The mandatory parameters in the order of the wire, and each optional parameter as one string. */
export const expectedWords = (pdu: Pdu, length: number): { mandatory: string[]; optional: string[] } => {
  const header = [
    number('command_length', length, 4),
    number('command_id', commandIds[pdu.command], 4),
    number('command_status', pdu.commandStatus, 4),
    number('sequence_number', pdu.sequenceNumber, 4),
  ];
  if (!pdu.body) return { mandatory: header, optional: [] };
  const { tlvs, otherTlvs, ...values } = pdu.body;
  const fields: [string, Field][] = Object.entries(bodyFields[pdu.command]);
  const byName = values as Readonly<Record<string, unknown>>;
  return {
    mandatory: [...header, ...fields.flatMap(([name, kind]) => field(name, kind, byName[name]))],
    optional: [
      ...Object.entries(tlvs).map(([name, value]) => {
        const [tag, format] = tlvTable[name as TlvName];
        return tlvWords(tag, tlvOctets(value, format));
      }),
      ...otherTlvs.map(({ tag, value }) => tlvWords(tag, value)),
    ].toReversed(),
  };
};
