import * as fc from 'fast-check';
import { bodyFields, type Destination, type Field, maxDestinations, maxShortMessage } from './fields.ts';
import { type CommandName, commandIds, isResponse, type Pdu } from './pdu.ts';
import { type RawTlv, type TlvFormat, type TlvName, tlvTable } from './tlvs.ts';

/** Any PDU the codec speaks, for property tests. */

const octets = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));

const ascii = (minLength: number, maxLength: number) =>
  fc.string({ minLength, maxLength, unit: fc.integer({ min: 1, max: 0x7f }).map((code) => String.fromCharCode(code)) });

const uint8 = fc.integer({ min: 0, max: 0xff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });

const sme = { dest_addr_ton: uint8, dest_addr_npi: uint8, destination_addr: ascii(0, 20) };

const destination: fc.Arbitrary<Destination> = fc.oneof(
  fc.record({ dest_flag: fc.constant(1 as const), ...sme }),
  fc.record({ dest_flag: fc.constant(2 as const), dl_name: ascii(0, 20) }),
);

const valuesOfField: Readonly<Record<Field['kind'], (field: Field) => fc.Arbitrary<unknown>>> = {
  cString: (field) => ascii(0, field.max - 1),
  time: () => fc.oneof(fc.constant(''), ascii(16, 16)),
  uint8: () => uint8,
  shortMessage: () => octets(0, maxShortMessage),
  destinations: () => fc.array(destination, { minLength: 1, maxLength: maxDestinations }),
  unsuccessful: () => fc.array(fc.record({ ...sme, error_status_code: uint32 }), { maxLength: 0xff }),
};

/** A C-string that ends in nothing but its NUL; trailing NULs are padding and do not come back. */
const valueOfTlv = (format: TlvFormat): fc.Arbitrary<unknown> => {
  if (format.kind === 'integer') return fc.integer({ min: 0, max: 2 ** (8 * format.octets) - 1 });
  if (format.kind === 'octets') return octets(format.min, Math.min(format.max, 300));
  return format.kind === 'flag' ? fc.constant(true) : ascii(0, format.max - 1);
};

/** Any value of one optional parameter. */
export const tlvValueOf = (name: TlvName): fc.Arbitrary<unknown> => valueOfTlv(tlvTable[name][1]);

const knownTags = new Set<number>(Object.values(tlvTable).map(([tag]) => tag));

const tlvs = fc.record(
  Object.fromEntries(Object.entries(tlvTable).map(([name, [, format]]) => [name, valueOfTlv(format)])),
  { requiredKeys: [] },
);

const otherTlvs: fc.Arbitrary<RawTlv[]> = fc.array(
  fc.record({ tag: fc.integer({ min: 0, max: 0xffff }).filter((tag) => !knownTags.has(tag)), value: octets(0, 20) }),
  { maxLength: 3 },
);

const withoutBothTexts = (body: { short_message?: Buffer; tlvs: { message_payload?: Buffer } }) => {
  if (!body.short_message?.length || !body.tlvs.message_payload?.length) return body;
  const { message_payload: _, ...others } = body.tlvs;
  return { ...body, tlvs: others };
};

const bodyOf = (command: CommandName): fc.Arbitrary<unknown> => {
  const fields: [string, Field][] = Object.entries(bodyFields[command]);
  const mandatory = Object.fromEntries(fields.map(([name, field]) => [name, valuesOfField[field.kind](field)]));
  const body = fc.record({ ...mandatory, tlvs: fc.oneof(fc.constant({}), tlvs), otherTlvs }).map(withoutBothTexts);
  const mayBeHeaderOnly = isResponse(commandIds[command]) && fields.length > 0;
  return mayBeHeaderOnly ? fc.oneof({ weight: 4, arbitrary: body }, fc.constant(null)) : body;
};

/** Any PDU of one command. */
export const pduOf = (command: CommandName): fc.Arbitrary<Pdu> =>
  fc
    .record({ commandStatus: uint32, sequenceNumber: uint32, body: bodyOf(command) })
    .map((rest) => ({ command, ...rest }) as Pdu);

export const tlvNames = Object.keys(tlvTable) as TlvName[];

export const commandNames = Object.keys(commandIds) as CommandName[];

/** Every command as often as every other. */
export const anyPdu: fc.Arbitrary<Pdu> = fc.oneof(...commandNames.map(pduOf));

export const anyOctets = octets;
