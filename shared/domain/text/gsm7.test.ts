import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeGsm7,
  defaultAlphabet,
  encodeGsm7,
  firstOutsideGsm7,
  gsm7Widths,
  packSeptets,
  unpackSeptets,
} from './gsm7.ts';

interface Vector {
  readonly id: string;
  readonly text?: string;
  readonly septets?: number;
  readonly packed?: string;
  readonly udl?: number;
  readonly lockingShift?: number;
  readonly singleShift?: number;
  readonly fillBits?: number;
  readonly udh?: string;
  readonly ud?: string;
}

interface Vectors {
  readonly tables: Readonly<
    Record<string, { readonly lock: Record<string, string>; readonly shift: Record<string, string> }>
  >;
  readonly vectors: readonly Vector[];
}

const url = new URL('../../../../shared/vectors/gsm0338.json', import.meta.url);
const file = existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as Vectors) : null;
const unless = file ? '' : ' (skipped: ../shared/vectors/gsm0338.json is not here)';
const withVectors = test.skipIf(!file);

const inAlphabet = [...Array.from(defaultAlphabet.locking), ...Object.values(defaultAlphabet.extension)].filter(
  (c) => c !== '\u001b',
);
const gsmText = fc.array(fc.constantFrom(...inAlphabet), { maxLength: 400 }).map((characters) => characters.join(''));

describe('the default alphabet', () => {
  withVectors(`has every cell of the cross-checked table${unless}`, () => {
    const table = file?.tables['0'];
    const cells = Object.entries(table?.lock ?? {});
    expect(cells).toHaveLength(127);
    for (const [code, point] of cells)
      expect(defaultAlphabet.locking[Number.parseInt(code, 16)]).toBe(String.fromCodePoint(Number.parseInt(point, 16)));
    const extension = Object.entries(table?.shift ?? {}).map(([code, point]) => [
      String(Number.parseInt(code, 16)),
      String.fromCodePoint(Number.parseInt(point, 16)),
    ]);
    expect(Object.fromEntries(extension)).toEqual(defaultAlphabet.extension);
  });

  test('a character of the extension costs two septets, one outside the alphabet none', () => {
    const width = gsm7Widths();
    expect(['a', '€', 'ç'].map((c) => width(c.charCodeAt(0)))).toEqual([1, 2, 0]);
  });

  test('the first character outside is named whole', () => {
    expect(firstOutsideGsm7('Grüße € 😜 ç')).toBe('😜');
    expect(firstOutsideGsm7('Grüße €')).toBeUndefined();
    expect(firstOutsideGsm7('\u001b')).toBe('\u001b');
  });

  test('text outside the alphabet is not encoded as something else', () => {
    expect(() => encodeGsm7('ça')).toThrow(RangeError);
  });
});

describe('decoding', () => {
  test('ESC and an unknown code show the character of the locking table', () => {
    expect(decodeGsm7(Buffer.from([0x1b, 0x61, 0x1b, 0x65]))).toBe('a€');
  });
  test('ESC before ESC, or before nothing, shows a space', () => {
    expect(decodeGsm7(Buffer.from([0x1b, 0x1b, 0x41, 0x1b]))).toBe(' A ');
  });
  test('an octet that is no septet is shown as such', () => {
    expect(decodeGsm7(Buffer.from([0x41, 0xe4, 0x1b, 0xff]))).toBe('A\ufffd\ufffd');
  });
  test('no octets make it throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => typeof decodeGsm7(octets) === 'string'));
  });
  test('what was encoded is decoded', () => {
    fc.assert(fc.property(gsmText, (text) => decodeGsm7(encodeGsm7(text)) === text));
  });
});

describe('packing', () => {
  const ofDefaultTable = (file?.vectors ?? []).filter(
    (v) => v.packed && (v.text ?? '') !== '' && !v.lockingShift && !v.singleShift,
  );

  withVectors(`published packings are unpacked and read${unless}`, () => {
    expect(ofDefaultTable.length).toBeGreaterThan(8);
    for (const { packed = '', text = '', septets, udl } of ofDefaultTable)
      expect(decodeGsm7(unpackSeptets(Buffer.from(packed, 'hex'), septets ?? udl ?? 0))).toBe(text);
  });
  withVectors(`published texts are packed to the same octets${unless}`, () => {
    for (const { packed = '', text = '', septets } of ofDefaultTable.filter((v) => v.septets)) {
      expect(encodeGsm7(text)).toHaveLength(septets ?? 0);
      expect(packSeptets(encodeGsm7(text)).toString('hex')).toBe(packed);
    }
  });
  withVectors(`text behind a header starts on a septet border${unless}`, () => {
    const vector = file?.vectors.find((v) => v.id === 'libosmocore-concat-part1');
    const packed = packSeptets(encodeGsm7(vector?.text ?? ''), vector?.fillBits);
    expect(`${vector?.udh}${packed.toString('hex')}`).toBe(vector?.ud);
  });

  test('seven spare bits are filled with CR, so that no @ is read', () => {
    const packed = packSeptets(encodeGsm7('1234567'));
    expect(decodeGsm7(unpackSeptets(packed, 8))).toBe('1234567\r');
    expect(packSeptets(Buffer.alloc(0))).toHaveLength(0);
  });
  test('what was packed is unpacked, behind any fill bits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 127 })), fc.integer({ min: 0, max: 6 }), (septets, fillBits) => {
        const unpacked = unpackSeptets(packSeptets(Buffer.from(septets), fillBits), septets.length, fillBits);
        expect([...unpacked]).toEqual(septets);
      }),
    );
  });
  test('no octets, count or fill make unpacking throw', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(400), fc.nat(6), (octets, count, fill) => {
        expect(unpackSeptets(octets, count, fill).length).toBeLessThanOrEqual(count);
      }),
    );
  });
});
