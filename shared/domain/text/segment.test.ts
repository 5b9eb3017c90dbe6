import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeGsm7, firstOutsideGsm7, packSeptets } from './gsm7.ts';
import {
  capacity,
  countParts,
  type SegmentedText,
  segmentBinary,
  segmentText,
  type WantedEncoding,
} from './segment.ts';
import { type ConcatHeader, concat8, concat16, parseUserData } from './user-data.ts';

interface Vectors {
  readonly capacities: Readonly<Record<string, { udhOctets: number; gsm7: number; ucs2: number; octets: number }>>;
  readonly vectors: readonly { id: string; body: string; encoding: string; segments: number }[];
  readonly oracle: readonly { id: string; body: string; encoding: string; segments: number; perSegment: number[] }[];
}

const url = new URL('../../../../shared/vectors/segments.json', import.meta.url);
const file = existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as Vectors) : null;
const unless = file ? '' : ' (skipped: ../shared/vectors/segments.json is not here)';
const withVectors = test.skipIf(!file);

interface Codings {
  readonly vectors: readonly {
    readonly text?: string;
    readonly ucs2?: string;
    readonly ref?: number;
    readonly parts?: readonly { readonly ud: string }[];
  }[];
}
const codingsUrl = new URL('../../../../shared/vectors/gsm0338.json', import.meta.url);
const codings = existsSync(codingsUrl) ? (JSON.parse(readFileSync(codingsUrl, 'utf8')) as Codings) : null;
const unlessCodings = codings ? '' : ' (skipped: ../shared/vectors/gsm0338.json is not here)';
const withCodings = test.skipIf(!codings);

const segment = (text: string, encoding: WantedEncoding = 'auto', header: ConcatHeader = concat16) => {
  const segmented = segmentText({ text, encoding, reference: 0xabcd, header });
  if (segmented.outcome === 'refused') throw new Error(segmented.reason);
  return segmented;
};
const units = (segmented: Extract<SegmentedText, { outcome: 'segmented' }>): number[] =>
  segmented.parts.map(({ data }) => (segmented.encoding === 'gsm7' ? data.length : data.length / 2));
const decodeUcs2 = (data: Buffer): string => Buffer.from(data).swap16().toString('utf16le');

describe('against independent segmenters', () => {
  withVectors(`capacities follow from the header's octets${unless}`, () => {
    for (const [id, { udhOctets, gsm7, ucs2, octets }] of Object.entries(file?.capacities ?? {}))
      expect([id, capacity('gsm7', udhOctets), capacity('ucs2', udhOctets), capacity('octet', udhOctets)]).toEqual([
        id,
        gsm7,
        ucs2,
        octets,
      ]);
  });
  withVectors(`encodings and parts with an 8-bit reference are the published ones${unless}`, () => {
    for (const { id, body, encoding, segments } of [...(file?.vectors ?? []), ...(file?.oracle ?? [])]) {
      const made = segment(body, 'auto', concat8);
      expect([id, made.encoding, made.parts.length]).toEqual([id, encoding === 'GSM-7' ? 'gsm7' : 'ucs2', segments]);
      expect(countParts(body, 'auto', concat8)).toMatchObject({ parts: segments });
    }
  });
});

describe('against published messages', () => {
  withCodings(`UCS-2 is written as they have it${unlessCodings}`, () => {
    const ucs2 = codings?.vectors.filter((vector) => vector.ucs2 !== undefined) ?? [];
    expect(ucs2.length).toBeGreaterThan(1);
    for (const { text = '', ucs2: octets } of ucs2)
      expect(segment(text).parts.map(({ data }) => data.toString('hex'))).toEqual([octets]);
  });
  withCodings(`a long text is cut, numbered and packed as they have it${unlessCodings}`, () => {
    const long = codings?.vectors.filter(({ parts }) => parts !== undefined) ?? [];
    expect(long.length).toBeGreaterThan(0);
    for (const { text = '', ref = 0, parts = [] } of long) {
      const made = segmentText({ text, encoding: 'auto', reference: ref, header: concat8 });
      if (made.outcome === 'refused') throw new Error(made.reason);
      const packed = made.parts.map(({ udh, data }) => {
        const fillBits = (7 - ((udh.length * 8) % 7)) % 7;
        return Buffer.concat([udh, packSeptets(data, fillBits)]).toString('hex');
      });
      expect(packed).toEqual(parts.map(({ ud }) => ud));
    }
  });
});

describe('text', () => {
  test('160 septets are one part without a header, 161 are two of at most 152', () => {
    expect(segment('x'.repeat(160)).parts).toMatchObject([{ udh: Buffer.alloc(0) }]);
    expect(units(segment('x'.repeat(161)))).toEqual([152, 9]);
    expect(segment('x'.repeat(161)).parts.map(({ udh }) => udh.toString('hex'))).toEqual([
      '060804abcd0201',
      '060804abcd0202',
    ]);
  });
  test('70 UCS-2 units are one part, 71 are two of at most 66', () => {
    expect(units(segment('ő'.repeat(70)))).toEqual([70]);
    expect(units(segment('ő'.repeat(71)))).toEqual([66, 5]);
  });
  test('an ESC and its code are never split', () => {
    const segmented = segment(`${'x'.repeat(152)}€${'x'.repeat(152)}`);
    expect(units(segmented)).toEqual([152, 152, 2]);
    expect(units(segment(`${'x'.repeat(151)}€${'x'.repeat(152)}`))).toEqual([151, 152, 2]);
  });
  test('a surrogate pair is never split', () => {
    expect(units(segment(`${'ő'.repeat(65)}😜${'ő'.repeat(10)}`))).toEqual([65, 12]);
  });
  test('no text is one part of no octets', () => {
    expect(segment('').parts).toMatchObject([{ text: '', data: Buffer.alloc(0) }]);
  });
  test('what made it UCS-2 is told, and only then', () => {
    expect(segment('Grüße 😜').notGsm7).toBe('😜');
    expect(segment('Grüße')).not.toHaveProperty('notGsm7');
    expect(segment('Grüße', 'ucs2')).toMatchObject({ encoding: 'ucs2' });
  });
  test('GSM 7-bit is refused, with the character, when the text does not fit it', () => {
    const refusal = { outcome: 'refused', reason: 'not-gsm7', character: '😜' };
    expect(segmentText({ text: 'a😜', encoding: 'gsm7', reference: 1 })).toEqual(refusal);
    expect(countParts('a😜', 'gsm7')).toEqual(refusal);
  });
  test('half a surrogate pair is refused', () => {
    for (const text of ['a\ud83d', '\ude1ca', '\ud83d'])
      for (const encoding of ['auto', 'gsm7', 'ucs2'] as const)
        expect(countParts(text, encoding)).toEqual({ outcome: 'refused', reason: 'lone-surrogate' });
  });
  test('255 parts are the most', () => {
    expect(segment('x'.repeat(255 * 152)).parts).toHaveLength(255);
    for (const text of ['x'.repeat(255 * 152 + 1), 'x'.repeat(1_000_000)])
      expect(segmentText({ text, encoding: 'auto', reference: 1 })).toEqual({
        outcome: 'refused',
        reason: 'too-many-parts',
      });
  });
});

describe('any text', () => {
  const gsmCharacters = Array.from('ax€^{@ \n');
  const character = fc.oneof(
    fc.constantFrom(...gsmCharacters),
    fc.constantFrom('ő', '😜', '🇮🇹', '中'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const gsm = fc.constantFrom(...gsmCharacters);
  const text = fc
    .tuple(
      fc.oneof(fc.array(gsm, { maxLength: 60 }), fc.array(character, { maxLength: 60 })),
      fc.integer({ min: 1, max: 12 }),
    )
    .map(([characters, times]) => characters.join('').repeat(times));
  const header = fc.constantFrom(concat8, concat16);

  test('parts joined are the text, each is within its capacity, decodes by itself and is numbered', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('auto', 'ucs2'), header, (body, encoding, concat) => {
        const made = segment(body, encoding as WantedEncoding, concat);
        const decode = made.encoding === 'gsm7' ? decodeGsm7 : decodeUcs2;
        expect(made.parts.map((part) => part.text).join('')).toBe(body);
        expect(made.encoding === 'gsm7').toBe(encoding === 'auto' && firstOutsideGsm7(body) === undefined);
        for (const [index, part] of made.parts.entries()) {
          expect(decode(part.data)).toBe(part.text);
          const room = capacity(made.encoding, part.udh.length) * (made.encoding === 'ucs2' ? 2 : 1);
          expect(part.data.length).toBeLessThanOrEqual(room);
          if (made.parts.length > 1)
            expect(parseUserData(part.udh, true)).toMatchObject({
              concatenation: { part: index + 1, total: made.parts.length },
            });
        }
      }),
    );
  });
  test('the count is what segmenting gives', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('auto', 'gsm7', 'ucs2'), header, (body, wanted, concat) => {
        const encoding = wanted as WantedEncoding;
        const made = segmentText({ text: body, encoding, reference: 7, header: concat });
        const counted = countParts(body, encoding, concat);
        if (made.outcome === 'refused') expect(counted).toEqual(made);
        else
          expect(counted).toEqual({
            outcome: 'counted',
            encoding: made.encoding,
            parts: made.parts.length,
            ...(made.notGsm7 === undefined ? {} : { notGsm7: made.notGsm7 }),
          });
      }),
    );
  });
});

describe('octets', () => {
  const lengths = (data: number, udh = '') => {
    const made = segmentBinary({ data: Buffer.alloc(data, 1), udh: Buffer.from(udh, 'hex'), reference: 0xabcd });
    return made.outcome === 'refused' ? made.reason : made.parts.map((part) => [part.udh.length, part.data.length]);
  };
  test('140 are one part, 141 are two of at most 133', () => {
    expect(lengths(140)).toEqual([[0, 140]]);
    expect(lengths(141)).toEqual([
      [7, 133],
      [7, 8],
    ]);
  });
  test("the caller's own header stands in every part behind the number", () => {
    expect(lengths(134, '05040b8423f0')).toBe('malformed-udh');
    expect(lengths(133, '0605040b8423f0')).toEqual([[7, 133]]);
    expect(lengths(134, '0605040b8423f0')).toEqual([
      [13, 127],
      [13, 7],
    ]);
    const made = segmentBinary({ data: Buffer.alloc(200), udh: Buffer.from('0605040b8423f0', 'hex'), reference: 1 });
    if (made.outcome === 'segmented')
      expect(made.parts[1]?.udh.toString('hex')).toBe('0c080400010202' + '05040b8423f0');
  });
  test('a header that numbers parts itself must fit', () => {
    expect(lengths(134, '050003010201')).toEqual([[6, 134]]);
    expect(lengths(135, '050003010201')).toBe('already-concatenated');
  });
  test('255 parts are the most', () => {
    expect(lengths(255 * 133)).toHaveLength(255);
    expect(lengths(255 * 133 + 1)).toBe('too-many-parts');
    expect(lengths(1, `8b70 89${'00'.repeat(0x89)}`.replaceAll(' ', ''))).toBe('too-many-parts');
  });
});
