import type { Readable } from 'node:stream';
import smpp, { type Pdu } from 'smpp';

/**
 * The `smpp` package, made to hand over what was on the wire: octets instead of guessed text, times as they were
 * written; and to keep to the framing rules, where it would lose its place without a word. It changes the package for
 * the whole process, so a client of the package beside the simulator gets Buffers as well.
 */

/** Where a PDU starts can no longer be told: nothing but closing helps (SMPP 3.4, 5.1.1). */
export class FramingError extends Error {
  override readonly name = 'FramingError';
}

/** One PDU that cannot be read, while the next one can. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly sequenceNumber: number;
  constructor(sequenceNumber: number, options: ErrorOptions) {
    super('The PDU cannot be read.', options);
    this.sequenceNumber = sequenceNumber;
  }
}

const headerOctets = 16;
const asItCame = (value: unknown): unknown => value;
smpp.filters.message.decode = asItCame;
smpp.filters.time.decode = asItCame;
/** message_payload holds 64 KiB. */
smpp.PDU.maxLength = 0x10000 + 1024;

/** A stream that has ended gives what is left instead of what was asked for: that is dropped, so that it can close. */
const readExactly = (stream: Readable, length: number): Buffer | null => {
  const octets = stream.read(length) as Buffer | null;
  return octets?.length === length ? octets : null;
};

smpp.PDU.commandLength = (stream: Readable): number | false => {
  const octets = readExactly(stream, 4);
  if (!octets) return false;
  const length = octets.readUInt32BE(0);
  if (length < headerOctets || length > smpp.PDU.maxLength) throw new FramingError(`command_length is ${length}.`);
  return length;
};

smpp.PDU.fromStream = (stream: Readable, length: number): Pdu | false => {
  const rest = readExactly(stream, length - 4);
  if (!rest) return false;
  const octets = Buffer.alloc(length);
  octets.writeUInt32BE(length, 0);
  rest.copy(octets, 4);
  try {
    return new smpp.PDU(octets);
  } catch (cause) {
    throw new BodyError(octets.readUInt32BE(12), { cause });
  }
};

export { smpp };
