import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aesCmac } from './aes-cmac.ts';
import { OtaError } from './ota-error.ts';

interface Vectors {
  readonly tests: readonly { tcId: number; key: string; msg: string; tag: string; result: string; keySize: number }[];
}

const url = new URL('../../../../shared/vectors/aes_cmac.json', import.meta.url);
const file = existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as Vectors) : null;
const unless = file ? '' : ' (skipped: ../shared/vectors/aes_cmac.json is not here)';
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test('the examples of RFC 4493 come out', () => {
  const key = hex('2b7e151628aed2a6abf7158809cf4f3c');
  const message = hex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411');
  expect(aesCmac(key, Buffer.alloc(0)).toString('hex')).toBe('bb1d6929e95937287fa37d129b756746');
  expect(aesCmac(key, message.subarray(0, 16)).toString('hex')).toBe('070a16b46b4d4144f79bdd9dd04a287c');
  expect(aesCmac(key, message).toString('hex')).toBe('dfa66747de9ae63030ca32611497c827');
});

test.skipIf(!file)(`every case of Wycheproof comes out as it should, bad keys refused${unless}`, () => {
  let valid = 0;
  for (const { tcId, key, msg, tag, result, keySize } of file?.tests ?? []) {
    if (![128, 192, 256].includes(keySize)) {
      expect(() => aesCmac(hex(key), hex(msg)), `${tcId}`).toThrow(OtaError);
      continue;
    }
    const isSame = aesCmac(hex(key), hex(msg)).toString('hex') === tag;
    expect([tcId, isSame]).toEqual([tcId, result === 'valid']);
    if (isSame) valid += 1;
  }
  expect(valid).toBeGreaterThan(40);
});
