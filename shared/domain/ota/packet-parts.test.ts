import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { otaVectors } from '../../../test/support/ota-vectors.ts';
import { parseUserData } from '../text/user-data.ts';
import { standardQuirks } from './card-quirks.ts';
import { countPacketParts, dataCapacity, splitPacket } from './packet-parts.ts';
import { decodeSpi } from './security-parameters.ts';

const unless = otaVectors ? '' : ' (skipped: ../shared/vectors/ota.json is not here)';
const spi = decodeSpi(Buffer.from('1639', 'hex'));
const aes = {
  spi,
  kic: { version: 1, algorithm: 'aes-cbc' },
  kid: { version: 1, algorithm: 'aes-cmac' },
  quirks: standardQuirks,
} as const;
const des = {
  ...aes,
  kic: { version: 1, algorithm: '3des-2-cbc' },
  kid: { version: 1, algorithm: '3des-2-cbc-mac' },
} as const;

test('one short message has room for 98 octets of data with AES and 106 with 3DES', () => {
  expect([dataCapacity(aes, 1, 8), dataCapacity(des, 1, 8)]).toEqual([98, 106]);
});
test('the parts are 132 then 134 octets, 131 then 133 with a 16-bit reference', () => {
  const sizes = (referenceBits: 8 | 16) =>
    splitPacket(Buffer.alloc(400), { reference: 1, referenceBits }).map(({ data }) => data.length);
  expect([sizes(8), sizes(16)]).toEqual([
    [132, 134, 134],
    [131, 133, 133, 3],
  ]);
});
test('a packet for more than 255 short messages is refused', () => {
  const refused = expect.objectContaining({ reason: 'parts.too_many' });
  expect(() => splitPacket(Buffer.alloc(65_537), { reference: 1, referenceBits: 8 })).toThrow(refused);
});

describe('against an independent segmenter', () => {
  test.skipIf(!otaVectors)(`the parts are the same octet for octet${unless}`, () => {
    for (const { id, packet, ref, segments } of otaVectors?.concatenation ?? []) {
      const parts = splitPacket(Buffer.from(packet, 'hex'), { reference: ref, referenceBits: ref > 255 ? 16 : 8 });
      expect([id, parts.map(({ udh, data }) => Buffer.concat([udh, data]).toString('hex'))]).toEqual([id, segments]);
    }
  });
});

test('the parts put together are the packet, none is over 140 octets, and the first alone says command', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 5_000 }),
      fc.constantFrom(8 as const, 16 as const),
      (length, referenceBits) => {
        const packet = Buffer.from(Array.from({ length }, (_, index) => index & 0xff));
        const parts = splitPacket(packet, { reference: 0xabcd, referenceBits });
        expect(parts.length).toBe(countPacketParts(length, referenceBits));
        expect(Buffer.concat(parts.map(({ data }) => data))).toEqual(packet);
        parts.forEach(({ udh, data }, index) => {
          const read = parseUserData(Buffer.concat([udh, data]), true);
          expect(udh.length + data.length).toBeLessThanOrEqual(140);
          expect(read.outcome === 'parsed' && read.elements.some(({ identifier }) => identifier === 0x70)).toBe(
            index === 0,
          );
          if (parts.length > 1)
            expect(read).toMatchObject({ concatenation: { part: index + 1, total: parts.length, referenceBits } });
        });
      },
    ),
  );
});
test('the capacity of so many parts is the most that they carry', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(aes, des),
      fc.integer({ min: 1, max: 10 }),
      fc.constantFrom(8 as const, 16 as const),
      (security, parts, bits) => {
        const capacity = dataCapacity(security, parts, bits);
        const octetsOf = (data: number): number => {
          const block = security === aes ? 16 : 8;
          return 10 + Math.ceil((6 + 8 + data) / block) * block;
        };
        expect(countPacketParts(octetsOf(capacity), bits)).toBe(parts);
        expect(countPacketParts(octetsOf(capacity + 1), bits)).toBe(parts + 1);
      },
    ),
  );
});
