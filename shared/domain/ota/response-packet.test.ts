import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standardQuirks } from './card-quirks.ts';
import { buildCommandPacket, type CommandSpec } from './command-packet.ts';
import { OtaError } from './ota-error.ts';
import { openResponsePacket, type ResponseSpec } from './response-packet.ts';
import { decodeSpi } from './security-parameters.ts';
import { createSoftwarePrimitives } from './software-primitives.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const keys = { kic: hex('200102030405060708090a0b0c0d0e0f'), kid: hex('201102030405060708090a0b0c0d0e0f') };
const primitives = createSoftwarePrimitives(keys);
const security = {
  kic: { version: 2, algorithm: 'aes-cbc' },
  kid: { version: 2, algorithm: 'aes-cmac' },
  quirks: standardQuirks,
} as const;
const spec = (spi: string, counter = 7n): ResponseSpec => ({
  ...security,
  spi: decodeSpi(hex(spi)),
  tar: hex('b00011'),
  counter,
});
const open = (packet: string, given = spec('1639')) => openResponsePacket(hex(packet), given, primitives);
const reason = (expected: string): unknown => expect.objectContaining({ name: 'OtaError', reason: expected });

interface Clear {
  readonly header?: number;
  readonly tar?: string;
  readonly counter?: number;
  readonly padding?: number;
  readonly status?: number;
  /** A checksum and data. */
  readonly rest?: string;
}
const clear = ({ header = 0x0a, tar = 'b00011', counter = 7, padding = 0, status = 2, rest = '' }: Clear): string => {
  const octet = (value: number) => value.toString(16).padStart(2, '0');
  const body = `${octet(header)}${tar}${counter.toString(16).padStart(10, '0')}${octet(padding)}${octet(status)}${rest}`;
  return `00${octet(body.length / 2)}${body}`;
};
const noChecksum = '00'.repeat(8);

describe('an error in clear', () => {
  test.each([
    ['without a checksum', clear({})],
    ['with a checksum that is not right', clear({ header: 0x12, rest: noChecksum })],
    ['with a counter of the card', clear({ counter: 9, rest: '' })],
  ])('%s is opened as unauthenticated though all was asked for', (_, packet) => {
    expect(open(packet)).toMatchObject({ status: 2, authenticated: false, ciphered: false });
  });
  test('with the counter of another push is no answer to this one when it could be ciphered octets', () => {
    const packet = clear({ header: 0x12, counter: 8, rest: `${noChecksum}00` });
    expect(() => open(packet)).toThrow(reason('response.not_authentic'));
  });
  test('never claims success', () => {
    for (const packet of [clear({ status: 0 }), clear({ status: 0, header: 0x12, rest: noChecksum })])
      expect(() => open(packet)).toThrow(reason('response.unsecured_success'));
  });
  test('is opened when nothing was asked for, and is not called authentic', () => {
    expect(open(clear({ status: 9 }), spec('0021'))).toMatchObject({ status: 9, authenticated: false });
  });
});

describe('what is no answer to the push is refused by name', () => {
  test.each([
    [clear({}).slice(0, -2), 'response.truncated'],
    [`${clear({})}00`, 'response.length_mismatch'],
    [clear({ tar: 'b00012' }), 'response.tar_mismatch'],
    [clear({ header: 0x0e, rest: '00000000' }), 'response.header_length'],
    [clear({ status: 0xff }), 'response.status_unknown'],
    [clear({ padding: 9 }), 'response.padding'],
    [clear({ header: 0x12 }), 'response.truncated'],
  ])('%s: %s', (packet, expected) => {
    expect(() => open(packet)).toThrow(reason(expected));
  });
});

const octets = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes));
const spis = fc.tuple(
  fc.integer({ min: 0, max: 31 }),
  fc.integer({ min: 0, max: 63 }).filter((second) => (second & 3) < 3),
);

test('no octets make it throw anything but its own error', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // A right length, TAR and header, so that what follows them is looked at.
    fc.tuple(fc.constantFrom(10, 12, 14, 18), fc.uint8Array({ maxLength: 80 })).map(([header, rest]) => {
      const length = 4 + rest.length;
      return Uint8Array.from([0, length, header, 0xb0, 0x00, 0x11, ...rest]);
    }),
  );
  fc.assert(
    fc.property(hostile, spis, (packet, spi) => {
      try {
        const opened = openResponsePacket(
          Buffer.from(packet),
          { ...spec('1639'), spi: decodeSpi(Uint8Array.from(spi)) },
          primitives,
        );
        expect(opened.authenticated).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(OtaError);
      }
    }),
  );
});

test('a command is built or refused with its own error, and is as long as it says', () => {
  const specs = fc.record({
    spi: spis.map((spi) => decodeSpi(Uint8Array.from(spi))),
    kic: fc.record({
      version: fc.integer({ min: -1, max: 16 }),
      algorithm: fc.constantFrom('aes-cbc', 'des-cbc', '3des-2-cbc', '3des-3-cbc', 'des-ecb', 'implicit', 'implicit_4'),
    }),
    kid: fc.record({
      version: fc.integer({ min: -1, max: 16 }),
      algorithm: fc.constantFrom(
        'aes-cmac',
        'des-cbc-mac',
        '3des-2-cbc-mac',
        '3des-3-cbc-mac',
        'crc-16',
        'crc-32',
        'implicit',
      ),
    }),
    quirks: fc.record({
      commandCcCoverage: fc.constantFrom('header', 'lengths', 'udh_and_lengths'),
      responseCcCoverage: fc.constantFrom('header', 'lengths', 'udh_and_lengths'),
      ccIncludesPadding: fc.boolean(),
      ccLength: fc.constantFrom(4, 8),
      implicitCipher: fc.constantFrom(null, 'aes-cbc', '3des-2-ecb'),
      implicitMac: fc.constantFrom(null, 'aes-cmac', '3des-2-cbc-mac'),
    }),
    tar: fc.oneof(octets(3), octets(2)),
    counter: fc.bigInt({ min: -1n, max: 1n << 40n }),
    data: fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.constant(Buffer.alloc(65_536)),
    ),
  }) as fc.Arbitrary<CommandSpec>;
  fc.assert(
    fc.property(specs, (given) => {
      try {
        const packet = buildCommandPacket(given, primitives);
        expect(packet.readUInt16BE(0)).toBe(packet.length - 2);
        expect(packet.subarray(7, 10)).toEqual(given.tar);
        if (!given.spi.ciphered) expect(packet.subarray(packet.length - given.data.length)).toEqual(given.data);
      } catch (error) {
        expect(error).toBeInstanceOf(OtaError);
      }
    }),
  );
});
