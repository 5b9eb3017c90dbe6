import type { Apdu } from './apdu.ts';
import { OtaError } from './ota-error.ts';
import type { CommandResult, RemoteAnswer } from './remote-answer.ts';

/** ETSI TS 102 226, 5.2: command and response scripting templates, of definite and of indefinite length. */
const tags = { command: 0xaa, commandIndefinite: 0xae, response: 0xab, responseIndefinite: 0xaf } as const;
const capdu = 0x22;
const rapdu = 0x23;
const executedTag = 0x80;
const badFormatTag = 0x90;
const indefinite = 0x80;
const endOfContents = Buffer.from([0x00, 0x00]);
const badFormats = [null, 'unknown_tag', 'wrong_length', 'length_not_found'] as const;

const malformed = (message: string): OtaError => new OtaError('answer.malformed', message);

/** BER lengths up to 65,535 (ISO 8825-1, 8.1.3). */
const encodeLength = (length: number): Buffer => {
  if (length < 0x80) return Buffer.from([length]);
  if (length <= 0xff) return Buffer.from([0x81, length]);
  if (length <= 0xffff) return Buffer.from([0x82, length >> 8, length & 0xff]);
  throw new OtaError('command.too_long', 'A script is at most 65,535 octets.');
};

const tlv = (tag: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), encodeLength(value.length), value]);

/** Remote commands in the expanded format: each answers for itself. */
export const buildExpanded = (apdus: readonly Apdu[], length: 'definite' | 'indefinite' = 'definite'): Buffer => {
  const commands = Buffer.concat(apdus.map(({ octets }) => tlv(capdu, octets)));
  if (length === 'definite') return tlv(tags.command, commands);
  return Buffer.concat([Buffer.from([tags.commandIndefinite, indefinite]), commands, endOfContents]);
};

interface Tlv {
  readonly tag: number;
  readonly value: Buffer;
  readonly end: number;
}

const readTlv = (octets: Buffer, at: number): Tlv => {
  const [tag, first] = [octets[at], octets[at + 1]];
  if (tag === undefined || first === undefined) throw malformed('A tag or length is cut off.');
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + lengthOctets;
  if ((first >= 0x80 && (lengthOctets === 0 || lengthOctets > 2)) || start > octets.length)
    throw malformed('A length is none of one to three octets.');
  const end = start + (lengthOctets === 0 ? first : octets.readUIntBE(at + 2, lengthOctets));
  if (end > octets.length) throw malformed('A length is more than there is.');
  return { tag, value: octets.subarray(start, end), end };
};

const contentsOf = (octets: Buffer): Buffer => {
  if (octets[0] === tags.responseIndefinite && octets[1] === indefinite) {
    if (octets.length < 4 || !octets.subarray(-2).equals(endOfContents))
      throw malformed('A template of indefinite length has no end.');
    return octets.subarray(2, -2);
  }
  const { tag, value, end } = readTlv(octets, 0);
  if (tag !== tags.response) throw malformed('It is no response scripting template.');
  if (end !== octets.length) throw malformed('Octets follow the template.');
  return value;
};

const resultOf = (value: Buffer): CommandResult => {
  if (value.length < 2) throw malformed('An R-APDU has no status word.');
  return { statusWord: value.toString('hex', value.length - 2), data: value.subarray(0, -2) };
};

/** @throws OtaError `answer.malformed`. */
export const parseExpanded = (octets: Buffer): RemoteAnswer => {
  const contents = contentsOf(octets);
  const results: CommandResult[] = [];
  let executed: number | null = null;
  let badFormat: RemoteAnswer['badFormat'] = null;
  for (let at = 0; at < contents.length; ) {
    const { tag, value, end } = readTlv(contents, at);
    at = end;
    if (tag === rapdu) results.push(resultOf(value));
    else if (tag === executedTag && value.length >= 1 && value.length <= 2)
      executed = value.readUIntBE(0, value.length);
    else if (tag === badFormatTag) badFormat = badFormats[value[0] ?? 0] ?? 'other';
  }
  return { executed, results, badFormat };
};
