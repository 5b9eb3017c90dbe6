import { expect, test } from 'vitest';
import { standardQuirks } from './card-quirks.ts';
import { cipherOf, decodeKic, decodeKid, encodeKic, encodeKid, macOf, rcOf } from './key-indication.ts';
import { OtaError } from './ota-error.ts';
import { decodeSpi, encodeSpi } from './security-parameters.ts';

const every = Array.from({ length: 256 }, (_, value) => value);
const orNull = <Value>(read: () => Value): Value | null => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof OtaError)) throw error;
    return null;
  }
};

test('every KIc and KID octet comes back as it was, or is refused', () => {
  let read = 0;
  for (const value of every) {
    const kic = orNull(() => decodeKic(value));
    if (kic) expect([encodeKic(kic), kic.version]).toEqual([value, value >> 4]);
    for (const integrity of ['cc', 'rc'] as const) {
      const kid = orNull(() => decodeKid(value, integrity));
      if (kid) expect(encodeKid(kid)).toBe(value);
    }
    if (kic) read += 1;
  }
  expect(read).toBe(9 * 16);
});
test('every SPI comes back as it was, or is refused', () => {
  const pairs = every.flatMap((first) => every.map((second) => [first, second]));
  const read = pairs.flatMap((pair) => {
    const spi = orNull(() => decodeSpi(Uint8Array.from(pair)));
    return spi ? [{ pair, back: [...encodeSpi(spi)] }] : [];
  });
  expect(read.map(({ back }) => back)).toEqual(read.map(({ pair }) => pair));
  expect(read).toHaveLength(32 * 48);
  for (const octets of [[], [0], [0, 0, 0]]) expect(() => decodeSpi(Uint8Array.from(octets))).toThrow(OtaError);
});
test('an implicit algorithm is the one of the card profile, and refused when it names none', () => {
  const kic = decodeKic(0x04);
  expect(cipherOf(kic, { ...standardQuirks, implicitCipher: '3des-2-ecb' })).toBe('3des-2-ecb');
  expect(() => cipherOf(kic, standardQuirks)).toThrow(
    expect.objectContaining({ reason: 'algorithm.implicit_unknown' }),
  );
  const kid = decodeKid(0x00, 'cc');
  expect(macOf(kid, { ...standardQuirks, implicitMac: 'aes-cmac' })).toBe('aes-cmac');
  expect(() => macOf(kid, standardQuirks)).toThrow(expect.objectContaining({ reason: 'algorithm.implicit_unknown' }));
});
test('the same KID octet is a MAC or a CRC, as SPI says', () => {
  expect([macOf(decodeKid(0x15, 'cc'), standardQuirks), rcOf(decodeKid(0x15, 'cc'))]).toEqual([
    '3des-2-cbc-mac',
    'crc-32',
  ]);
  expect(rcOf(decodeKid(0x11, 'rc'))).toBe('crc-16');
});
