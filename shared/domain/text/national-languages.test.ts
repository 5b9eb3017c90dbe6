import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDefault, encodeDefault } from './default-alphabet.ts';
import { decodeGsm7, encodeGsm7, packSeptets, unpackSeptets } from './gsm7.ts';
import { noCharacter } from './national/table-of.ts';
import {
  alphabetOf,
  languageOf,
  type NationalLanguage,
  nationalLanguages,
  noShifts,
  readShifts,
  type Shifts,
  shiftElements,
  shiftsOf,
} from './national-languages.ts';
import { countParts, segmentText } from './segment.ts';
import { concat8, concat16, parseUserData } from './user-data.ts';

interface Vectors {
  readonly tables: Readonly<
    Record<string, { readonly lock?: Record<string, string>; readonly shift: Record<string, string> }>
  >;
  readonly vectors: readonly {
    readonly id: string;
    readonly text?: string;
    readonly packed?: string;
    readonly udl?: number;
    readonly lockingShift?: number;
    readonly singleShift?: number;
  }[];
}

const url = new URL('../../../../shared/vectors/gsm0338.json', import.meta.url);
const file = existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as Vectors) : null;
const unless = file ? '' : ' (skipped: ../shared/vectors/gsm0338.json is not here)';
const withVectors = test.skipIf(!file);

const both = (identifier: number): Shifts => ({ locking: identifier, single: identifier });
const cellsOf = (cells: Readonly<Record<string, string>>): Record<number, string> =>
  Object.fromEntries(
    Object.entries(cells).map(([code, point]) => [
      Number.parseInt(code, 16),
      String.fromCodePoint(Number.parseInt(point, 16)),
    ]),
  );

describe('the tables', () => {
  withVectors(`have every cell of the cross-checked ones, and no other${unless}`, () => {
    const national = Object.entries(file?.tables ?? {}).filter(([identifier]) => identifier !== '0');
    expect(national).toHaveLength(13);
    for (const [identifier, { lock, shift }] of national) {
      const { locking, extension } = alphabetOf(both(Number(identifier)));
      expect([identifier, extension]).toEqual([identifier, cellsOf(shift)]);
      const expected = lock ? cellsOf(lock) : null;
      expect([identifier, locking.length]).toEqual([identifier, 128]);
      for (const [code, character] of expected ? Array.from(locking).entries() : [])
        expect([identifier, code, character]).toEqual([
          identifier,
          code,
          code === 0x1b ? '\u001b' : (expected?.[code] ?? noCharacter),
        ]);
    }
  });
  withVectors(`published packings are read, and written as octets that read alike${unless}`, () => {
    const shifted = (file?.vectors ?? []).filter(({ lockingShift, singleShift }) => lockingShift || singleShift);
    expect(shifted.length).toBeGreaterThan(2);
    for (const { packed = '', udl = 0, text = '', lockingShift = 0, singleShift = 0 } of shifted) {
      const alphabet = alphabetOf({ locking: lockingShift, single: singleShift });
      expect(decodeGsm7(unpackSeptets(Buffer.from(packed, 'hex'), udl), alphabet)).toBe(text);
      const again = packSeptets(encodeGsm7(text, alphabet));
      expect(decodeGsm7(unpackSeptets(again, udl), alphabet)).toBe(text);
    }
  });
  test('an identifier that nobody has defined, and a missing locking table, are the default ones', () => {
    expect(alphabetOf(both(77))).toBe(alphabetOf(noShifts));
    expect(alphabetOf({ locking: 2, single: 0 })).toBe(alphabetOf(noShifts));
    expect(alphabetOf({ locking: 77, single: 1 })).toBe(alphabetOf({ locking: 0, single: 1 }));
  });
  test('what is written under any shifts is read under them', () => {
    fc.assert(
      fc.property(fc.nat(14), fc.nat(14), fc.array(fc.nat(0xffff), { maxLength: 80 }), (locking, single, picks) => {
        const alphabet = alphabetOf({ locking, single });
        const all = [...Array.from(alphabet.locking), ...Object.values(alphabet.extension)].filter(
          (c) => c !== '\u001b' && c !== noCharacter,
        );
        const text = picks.map((pick) => all[pick % all.length]).join('');
        expect(decodeGsm7(encodeGsm7(text, alphabet), alphabet)).toBe(text);
      }),
    );
  });
  test('the elements of a header name them', () => {
    for (const shifts of nationalLanguages.flatMap(shiftsOf)) {
      const elements = shiftElements(shifts);
      const read = parseUserData(Buffer.concat([Buffer.from([elements.length]), elements]), true);
      expect(read.outcome === 'parsed' && readShifts(read.elements)).toEqual(shifts);
    }
    expect(nationalLanguages.map((language) => languageOf(shiftsOf(language)[0] ?? noShifts))).toEqual(
      nationalLanguages,
    );
    expect(languageOf(noShifts)).toBeNull();
  });
});

const hindi = 'नमस्ते, आपका ऑर्डर भेज दिया गया है। ';
const turkish = 'İğneyi başkasına batırmadan önce ';

describe('a long text', () => {
  const count = (text: string, languages: readonly NationalLanguage[], header = concat8) =>
    countParts(text, 'auto', header, { languages });

  test('is national only where the client wants the language, and only where that takes fewer parts than UCS-2', () => {
    expect(count(hindi.repeat(4), [])).toMatchObject({ encoding: 'ucs2', parts: 3 });
    expect(count(hindi.repeat(4), ['tr'])).toMatchObject({ encoding: 'ucs2', parts: 3 });
    expect(count(hindi.repeat(4), ['tr', 'hi'])).toMatchObject({
      encoding: 'gsm7',
      parts: 1,
      shifts: { locking: 6, single: 6 },
    });
    expect(count(hindi, ['hi'])).toMatchObject({ encoding: 'ucs2', parts: 1 });
    expect(count('x'.repeat(500), ['hi'])).not.toHaveProperty('shifts');
    expect(count(`${hindi.repeat(4)}😜`, ['hi'])).toMatchObject({ encoding: 'ucs2' });
  });
  test('uses the single shift alone where both would take no fewer parts', () => {
    expect(count('ş'.repeat(75), ['tr'])).toMatchObject({ parts: 1, shifts: { locking: 0, single: 1 } });
    expect(count('ş'.repeat(100), ['tr'])).toMatchObject({ parts: 1, shifts: { locking: 1, single: 0 } });
    expect(count(`${'ş'.repeat(76)}ê`, ['tr', 'pt'])).toMatchObject({ encoding: 'ucs2', parts: 2 });
  });
  test.each([
    ['one shift', { locking: 0, single: 1 }, 149, 148],
    ['both shifts', { locking: 1, single: 1 }, 146, 145],
  ])('holds so many septets a part beside %s', (_, shifts, beside8, beside16) => {
    for (const [header, most] of [
      [concat8, beside8],
      [concat16, beside16],
    ] as const) {
      const made = segmentText({ text: `ğ${'x'.repeat(400)}`, encoding: 'gsm7', reference: 1, header, shifts });
      expect(made.outcome === 'segmented' && made.parts.slice(0, 2).map(({ data }) => data.length)).toEqual([
        most,
        most,
      ]);
    }
  });
  test('has one part of 155 septets beside one shift, 152 beside both', () => {
    const parts = (septets: number, shifts: Shifts) => {
      const made = segmentText({ text: 'x'.repeat(septets), encoding: 'gsm7', reference: 1, shifts });
      return made.outcome === 'segmented' ? made.parts.map(({ udh }) => udh.toString('hex')) : made.reason;
    };
    expect(parts(155, { locking: 0, single: 3 })).toEqual(['03240103']);
    expect(parts(156, { locking: 0, single: 3 })).toHaveLength(2);
    expect(parts(152, both(3))).toEqual(['06240103250103']);
    expect(parts(153, both(3))).toHaveLength(2);
  });
  test('in GSM 7-bit is refused only when no wanted language has it', () => {
    expect(countParts('ş', 'gsm7')).toMatchObject({ reason: 'not-gsm7', character: 'ş' });
    expect(countParts('ş', 'gsm7', concat16, { languages: ['tr'] })).toMatchObject({ encoding: 'gsm7', notGsm7: 'ş' });
  });

  const text = fc
    .tuple(
      fc.array(fc.constantFrom(...Array.from(`${hindi}${turkish}€[😜`)), { maxLength: 60 }),
      fc.integer({ max: 9 }),
    )
    .map(([characters, times]) => characters.join('').repeat(Math.max(1, times)));
  const languages = fc.subarray<NationalLanguage>(['hi', 'tr', 'es', 'ur']);

  test('has its shifts in every part, each of which is read by itself, and is cut again alike', () => {
    fc.assert(
      fc.property(text, languages, fc.constantFrom(concat8, concat16), (body, wanted, header) => {
        const made = segmentText({ text: body, encoding: 'auto', reference: 9, header, languages: wanted });
        if (made.outcome === 'refused') throw new Error(made.reason);
        const { encoding, shifts, parts } = made;
        const again = segmentText({ text: body, encoding, reference: 9, header, ...(shifts ? { shifts } : {}) });
        expect(again).toEqual(made);
        expect(parts.length).toBeLessThanOrEqual(
          (countParts(body, 'auto', header) as { readonly parts: number }).parts,
        );
        expect(parts.map((part) => part.text).join('')).toBe(body);
        for (const part of encoding === 'gsm7' ? parts : []) {
          const read = parseUserData(part.udh, part.udh.length > 0);
          const named = read.outcome === 'parsed' ? readShifts(read.elements) : null;
          expect(named).toEqual(shifts ?? noShifts);
          expect(decodeDefault(part.data, 'gsm7', named ?? noShifts)).toBe(part.text);
          expect(part.udh.length * 8 + part.data.length * 7).toBeLessThanOrEqual(140 * 8);
        }
      }),
    );
  });
});

describe('the default alphabet of a provider', () => {
  test('says which character it lacks', () => {
    expect(encodeDefault('a€', 'gsm7')).toEqual({ outcome: 'encoded', data: Buffer.from('611b65', 'hex') });
    expect(encodeDefault('aé', 'latin1')).toEqual({ outcome: 'encoded', data: Buffer.from('61e9', 'hex') });
    expect(encodeDefault('a€', 'latin1')).toEqual({ outcome: 'lacking', character: '€' });
    expect(encodeDefault('aé', 'ascii')).toEqual({ outcome: 'lacking', character: 'é' });
    expect(encodeDefault('a😜', 'gsm7')).toEqual({ outcome: 'lacking', character: '😜' });
    expect(encodeDefault('ş', 'gsm7', { locking: 1, single: 0 })).toMatchObject({ outcome: 'encoded' });
  });
  test('reads what it wrote, and any octets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('gsm7', 'ascii', 'latin1'), (text, alphabet) => {
        const made = encodeDefault(text, alphabet);
        return made.outcome === 'lacking' || decodeDefault(made.data, alphabet) === text;
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('gsm7', 'ascii', 'latin1'), (octets, alphabet) => {
        expect(decodeDefault(Buffer.from(octets), alphabet).isWellFormed()).toBe(true);
      }),
    );
  });
});
