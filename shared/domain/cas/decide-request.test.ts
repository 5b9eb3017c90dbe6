import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countParts } from '../text/segment.ts';
import { addMonths, type CardState, decideCasRequest, mostEntitlements, type Situation } from './decide-request.ts';
import { languages, usualKeywords } from './grammar.ts';
import { parseCasRequest } from './parse-request.ts';
import { type Reply, replyText } from './reply-text.ts';
import { usualLimits, weighFlood } from './weigh-flood.ts';

const sport = { code: 'SPORT', name: 'Sport total', product: 17, months: 1 };
const now = new Date('2026-01-31T12:00:00Z');
const card: CardState = {
  card: '1234567897',
  is_barred: false,
  owner: null,
  language: null,
  box: null,
  entitlements: [],
};
const usual: Situation = {
  now,
  sender: '491700000001',
  flood: 'answer',
  is_sender_barred: false,
  card,
  is_box_taken: false,
  on_air_seconds: 99,
};
const held = { code: 'SPORT', name: 'Sport total', product: 17, ends_at: new Date('2026-02-10T00:00:00Z') };

const decide = (text: string, situation: Partial<Situation> = {}) =>
  decideCasRequest(parseCasRequest(text, { keywords: usualKeywords, packages: [sport] }), { ...usual, ...situation });

describe('a decision', () => {
  test('activates a package for its months, and tells what goes on air', () => {
    expect(decide('ACT 1234567897 SPORT')).toMatchObject({
      verdict: 'activated',
      change: { entitle: { code: 'SPORT', ends_at: new Date('2026-02-28T12:00:00Z') }, emms: ['entitlements'] },
      reply: { kind: 'activated', on_air_seconds: 99 },
    });
  });

  test('lengthens what the card has, and not beyond two years', () => {
    const having = { ...card, entitlements: [held] };
    expect(decide('ACT 1234567897 SPORT*2', { card: having }).change.entitle?.ends_at).toEqual(
      new Date('2026-04-10T00:00:00Z'),
    );
    const long = { ...card, entitlements: [{ ...held, ends_at: new Date('2027-12-31T00:00:00Z') }] };
    expect(decide('ACT 1234567897 SPORT*2', { card: long }).verdict).toBe('months.too-far');
  });

  test.each([
    ['a card that is not there', { card: null }, 'card.unknown'],
    ['a barred card', { card: { ...card, is_barred: true } }, 'card.barred'],
    ['a card of another telephone', { card: { ...card, owner: '491700000002' } }, 'card.not-yours'],
    [
      'a full card',
      {
        card: {
          ...card,
          entitlements: Array.from({ length: mostEntitlements }, (_, i) => ({ ...held, code: `P${i}` })),
        },
      },
      'packages.too-many',
    ],
  ])('of %s is a polite refusal, and no EMM', (_what, situation, verdict) => {
    const decided = decide('ACT 1234567897 SPORT', situation);
    expect(decided).toMatchObject({ verdict, is_refused: true, change: { emms: [] } });
    expect(decided.reply).not.toBeNull();
  });

  test('of a barred sender is silence, and so is a flood after one warning', () => {
    for (const situation of [{ is_sender_barred: true }, { flood: 'silence' as const }])
      expect(decide('ACT 1234567897 SPORT', situation)).toMatchObject({ reply: null, change: { emms: [] } });
    expect(decide('ACT 1234567897 SPORT', { flood: 'warn' })).toMatchObject({
      verdict: 'flood',
      reply: { kind: 'too-many-requests' },
      change: { emms: [] },
    });
  });

  test('hears STOP even in a flood', () => {
    expect(decide('stop', { flood: 'silence' })).toMatchObject({
      verdict: 'stopped',
      reply: null,
      change: { opt_out: true },
    });
  });

  test('refreshes what there is, pairs with a free box only, and takes off what is on', () => {
    expect(decide('REF 1234567897').change.emms).toEqual(['entitlements']);
    expect(decide('REF 1234567897', { card: { ...card, box: 'A' } }).change.emms).toEqual(['entitlements', 'pairing']);
    expect(decide('PAIR 1234567897 12345678').change).toMatchObject({ pair: { box: '12345678' }, emms: ['pairing'] });
    expect(decide('PAIR 1234567897 12345678', { is_box_taken: true }).verdict).toBe('box.other-card');
    expect(decide('DEACT 1234567897 SPORT').verdict).toBe('package.not-active');
    expect(decide('DEACT 1234567897 SPORT', { card: { ...card, entitlements: [held] } }).change).toMatchObject({
      revoke: { code: 'SPORT' },
    });
  });
});

test('a month ends on the same day, or on the last one there is', () => {
  expect(addMonths(new Date('2024-01-31T08:00:00Z'), 1)).toEqual(new Date('2024-02-29T08:00:00Z'));
  expect(addMonths(new Date('2025-12-15T00:00:00Z'), 2)).toEqual(new Date('2026-02-15T00:00:00Z'));
});

describe('an answer', () => {
  const item = fc.record({
    name: fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 })),
    code: fc.stringMatching(/^[A-Z][A-Z0-9]{1,11}$/),
    ends_at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
  });
  const onAir = fc.option(fc.integer({ min: 0, max: 100_000 }));
  const number = fc.stringMatching(/^\d{8,19}$/);
  const plain = [
    ...['help', 'too-many-requests', 'empty', 'keyword.unknown', 'card.missing', 'card.invalid', 'card.unknown'],
    ...['card.barred', 'card.not-yours', 'package.missing', 'package.unknown', 'package.not-active', 'box.missing'],
    ...['packages.too-many', 'months.invalid', 'months.too-far', 'box.other-card'],
  ] as const;
  const reply: fc.Arbitrary<Reply> = fc.oneof(
    fc.record({ kind: fc.constant('activated' as const), card: number, item, on_air_seconds: onAir }),
    fc.record({ kind: fc.constant('deactivated' as const), card: number, item, on_air_seconds: onAir }),
    fc.record({ kind: fc.constant('status' as const), card: number, items: fc.array(item, { maxLength: 12 }) }),
    fc.record({ kind: fc.constantFrom('refreshed' as const, 'paired' as const), card: number, on_air_seconds: onAir }),
    fc.record({ kind: fc.constantFrom(...plain) }) as fc.Arbitrary<Reply>,
  );

  test('is one short message, in every language', () => {
    fc.assert(
      fc.property(reply, fc.constantFrom(...languages), (said, language) => {
        expect(countParts(replyText(said, language), 'auto')).toMatchObject({ outcome: 'counted', parts: 1 });
      }),
    );
    for (const language of languages)
      for (const kind of plain)
        expect(countParts(replyText({ kind } as Reply, language), 'gsm7'), `${language} ${kind}`).toMatchObject({
          parts: 1,
        });
  });

  test('says until when, when it is on air, and no more of the card than four digits', () => {
    const said: Reply = { kind: 'activated', card: card.card, item: held, on_air_seconds: 99.2 };
    expect(replyText(said, 'en')).toBe('Card 7897: Sport total is active until 2026-02-10. On air in about 100 s.');
    expect(replyText({ ...said, on_air_seconds: null }, 'de')).toBe(
      'Karte 7897: Sport total ist aktiv bis 2026-02-10.',
    );
  });

  test('names as many packages as fit, and counts the others', () => {
    const items = Array.from({ length: 12 }, (_, i) => ({ ...held, name: `Package number ${i}`, code: `P${i}` }));
    expect(replyText({ kind: 'status', card: card.card, items }, 'en')).toMatch(
      /^Card 7897: Package number 0 .* and 8 more\.$/,
    );
  });
});

test('a flood is warned of once, then met with silence', () => {
  const asking = { last_minute: 1, last_hour: 1, last_day: 1, refused_last_hour: 0 };
  expect(weighFlood(asking, usualLimits)).toBe('answer');
  expect(weighFlood({ ...asking, last_minute: 5 }, usualLimits)).toBe('answer');
  expect(weighFlood({ ...asking, last_minute: 6 }, usualLimits)).toBe('warn');
  expect(weighFlood({ ...asking, last_minute: 7 }, usualLimits)).toBe('silence');
  expect(weighFlood({ ...asking, last_hour: 5, refused_last_hour: 12 }, usualLimits)).toBe('silence');
});
