import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { segmentText } from '../text/segment.ts';
import { concat8 } from '../text/user-data.ts';
import { type InboundPart, numberingOf } from './inbound-part.ts';
import { readParts } from './read-parts.ts';

const part = (data_hex: string, given: Partial<InboundPart> = {}): InboundPart => ({
  data_coding: 0,
  esm_class: 0,
  default_alphabet: 'gsm7',
  udh_hex: '',
  data_hex,
  ...given,
});

describe('a text is read', () => {
  test.each([
    ['GSM 7-bit', '0061', {}, '@a'],
    ['the Latin-1 of a provider', 'e461', { default_alphabet: 'latin1' }, 'äa'],
    ['the ASCII of a provider', 'e461', { default_alphabet: 'ascii' }, '\ufffda'],
    ['IA5', '40', { data_coding: 1 }, '@'],
    ['Latin-1', 'e9', { data_coding: 3, default_alphabet: 'ascii' }, 'é'],
    ['ISO 8859-5', 'c1c2bebf', { data_coding: 6 }, 'СТОП'],
    ['ISO 8859-8', 'e0', { data_coding: 7 }, 'א'],
    ['UCS-2', '04210422d83dde1c', { data_coding: 8 }, 'СТ😜'],
    ['UCS-2 with an odd octet', '004100', { data_coding: 8 }, 'A'],
    ['GSM 7-bit with a message class', '00', { data_coding: 0xf1 }, '@'],
    ['UCS-2 with a message class', '0041', { data_coding: 0x19 }, 'A'],
    ['a waiting message', '00', { data_coding: 0xc8 }, '@'],
    ['a waiting message in UCS-2', '0041', { data_coding: 0xe0 }, 'A'],
    ['a Turkish locking shift', '07', { udh_hex: '03250101' }, 'ı'],
    ['a Turkish single shift', '1b67', { udh_hex: '03240101' }, 'ğ'],
  ] as const)('in %s', (_, data_hex, given, text) => {
    expect(readParts([part(data_hex, given)])).toBe(text);
  });
  test('or not at all, where it is octets', () => {
    for (const data_coding of [2, 4, 5, 0x14, 0xf5, 0x3c])
      expect(readParts([part('41'), part('41', { data_coding })])).toBeNull();
    expect(readParts([part('ff01', { esm_class: 0x40 })])).toBeNull();
  });
  test('across the borders of its parts, wherever the telephone drew them', () => {
    const ucs2 = { data_coding: 8 };
    expect(readParts([part('0041d83d', ucs2), part('de1c', ucs2)])).toBe('A😜');
    expect(readParts([part('411b'), part('65')])).toBe('A€');
    expect(readParts([part('411b'), part('0041', ucs2), part('65')])).toBe('A Ae');
  });
  test('no octets make it throw, and none come out as half a character', () => {
    const anyPart = fc.record({
      data_coding: fc.nat(255),
      esm_class: fc.constantFrom(0, 0x40),
      default_alphabet: fc.constantFrom('gsm7', 'ascii', 'latin1'),
      udh_hex: fc.uint8Array({ maxLength: 9 }).map((octets) => Buffer.from(octets).toString('hex')),
      data_hex: fc.uint8Array({ maxLength: 140 }).map((octets) => Buffer.from(octets).toString('hex')),
    });
    fc.assert(fc.property(fc.array(anyPart, { maxLength: 4 }), (parts) => readParts(parts)?.isWellFormed() ?? true));
  });
  test('as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        const made = segmentText({ text, encoding: 'auto', reference: 1, header: concat8, languages: ['hi', 'tr'] });
        if (made.outcome === 'refused') throw new Error(made.reason);
        const data_coding = made.encoding === 'gsm7' ? 0 : 8;
        const parts = made.parts.map(({ udh, data }) =>
          part(data.toString('hex'), {
            data_coding,
            udh_hex: udh.toString('hex'),
            esm_class: udh.length > 0 ? 0x40 : 0,
          }),
        );
        expect(readParts(parts)).toBe(text);
      }),
    );
  });
});

describe('a part is numbered', () => {
  const sar = { reference: 7, total: 3, part: 2 };
  test('by its header, else by parameters', () => {
    expect(numberingOf({ udh_hex: '0500036f0201', sar })).toEqual({
      scheme: 'udh8',
      reference: 0x6f,
      total: 2,
      part: 1,
    });
    expect(numberingOf({ udh_hex: '060804abcd0303', sar: null })).toMatchObject({ scheme: 'udh16', reference: 0xabcd });
    expect(numberingOf({ udh_hex: '03240101', sar })).toEqual({ scheme: 'sar', ...sar });
  });
  test('not when it is the only one, and not when it is none of its total', () => {
    for (const udh_hex of ['', '0500036f0101', '0500036f0200', '0500036f0203', '05'])
      expect(numberingOf({ udh_hex, sar: null })).toBeNull();
    expect(numberingOf({ udh_hex: '', sar: { ...sar, total: 1, part: 1 } })).toBeNull();
    expect(numberingOf({ udh_hex: '', sar: { ...sar, part: 4 } })).toBeNull();
  });
});
