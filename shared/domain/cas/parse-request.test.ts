import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Grammar, usualKeywords } from './grammar.ts';
import { passesLuhn } from './luhn.ts';
import { isNearMiss } from './near-miss.ts';
import { parseCasRequest } from './parse-request.ts';
import { foldText } from './words.ts';

const sport = { code: 'SPORT', name: 'Sport total', product: 17, months: 1 };
const movies = { code: 'KINO2', name: 'Kino', product: 18, months: 3 };
const grammar: Grammar = { keywords: usualKeywords, packages: [sport, movies] };
const card = '1234567897';

const read = (text: string) => parseCasRequest(text, grammar);
const asked = (text: string) => {
  const request = read(text);
  return request.outcome === 'asked' ? request.asked : request.reason;
};

describe('a request', () => {
  const activation = { command: 'activate', card, package: sport, months: 1 };

  test.each([
    ['ACT 1234567897 SPORT'],
    ['act 1234567897 sport'],
    ['  Act, 1234567897; Sport!  '],
    ['ACT 1234-5678-97 SPORT'],
    ['ACT 1234 5678 97 SPORT'],
    ['ACT1234567897 SPORT'],
    ['ACT SPORT 1234567897'],
    ['ACT ١٢٣٤٥٦٧٨٩٧ SPORT'],
    ['ACT १२३४५६७८९७ sport'],
    ['ＡＣＴ １２３４５６７８９７ ＳＰＯＲＴ'],
    ['ACT\u200b 1234567897 SPÖRT'],
    ['ATC 1234567897 SPROT'],
    ['AKT 1234567897 SPRT'],
    ['ACT 1234567897 Sport total'],
    ['ACT 1234567897 SPORT bitte'],
  ])('is understood: %s', (text) => {
    expect(asked(text)).toMatchObject(activation);
  });

  test.each([
    ['ACT 1234567897 SPORT*3', 3],
    ['ACT 1234567897 SPORT * 3', 3],
    ['ACT 1234567897 SPORT 12', 12],
    ['ACT 1234567897 SPORT ×6', 6],
    ['ACT 1234567897 SPORT x2', 2],
    ['ACT 1234567897 3 SPORT', 3],
  ])('says for how many months: %s', (text, months) => {
    expect(asked(text)).toMatchObject({ ...activation, months });
  });

  test('takes the months of the package when it does not say', () => {
    expect(asked('act 1234567897 kino 2')).toMatchObject({ package: movies });
    expect(asked('act 1234567897 KINO2')).toMatchObject({ package: movies, months: 3 });
  });

  test.each([
    ['BAL 1234567897', { command: 'status', card }],
    ['status 1234567897', { command: 'status', card }],
    ['REF 1234567897', { command: 'refresh', card }],
    ['PAIR 1234567897 0012 3456', { command: 'pair', card, box: '00123456' }],
    ['PAIR 1234 5678 97 AB123456', { command: 'pair', card, box: 'AB123456' }],
    ['DEACT 1234567897 SPORT', { command: 'deactivate', card, package: sport }],
    ['stop', { command: 'stop' }],
    ['Hilfe!', { command: 'help', language: 'de' }],
    ['désactiver 1234567897 sport', { command: 'deactivate', language: 'fr' }],
  ])('is one of several: %s', (text, wanted) => {
    expect(asked(text)).toMatchObject(wanted);
  });

  test.each([
    ['', 'empty'],
    ['!!!', 'empty'],
    ['hello there', 'keyword.unknown'],
    ['ACT', 'card.missing'],
    ['ACT SPORT', 'card.missing'],
    ['ACT 1234567890 SPORT', 'card.invalid'],
    ['ACT 123 SPORT', 'card.invalid'],
    ['ACT 1234567897', 'package.missing'],
    ['ACT 1234567897 OPERA', 'package.unknown'],
    ['ACT 1234567897 SPORT*0', 'months.invalid'],
    ['ACT 1234567897 SPORT*13', 'months.invalid'],
    ['PAIR 1234567897', 'box.missing'],
  ])('is refused with what is missing: "%s"', (text, reason) => {
    expect(asked(text)).toBe(reason);
  });

  test('is asked or refused, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc
        .array(fc.constantFrom('ACT', 'PAIR', 'BAL', card, 'SPORT', '*', '3', 'x', '\ud800', '٣', '-', '0'), {
          maxLength: 12,
        })
        .map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const request = read(given);
        if (request.outcome === 'asked' && 'card' in request.asked)
          expect(passesLuhn(request.asked.card), 'no card is guessed').toBe(true);
      }),
    );
  });

  test('folds to the same text however often it is folded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const folded = foldText(text);
        expect(foldText(folded)).toBe(folded);
      }),
    );
  });
});

test('a typing mistake is one letter, and works both ways', () => {
  const word = fc.stringMatching(/^[A-Z]{3,8}$/);
  fc.assert(
    fc.property(word, fc.nat(7), fc.stringMatching(/^[A-Z]$/), (meant, at, letter) => {
      const i = at % meant.length;
      for (const typed of [
        meant.slice(0, i) + meant.slice(i + 1),
        meant.slice(0, i) + letter + meant.slice(i),
        meant.slice(0, i) + letter + meant.slice(i + 1),
      ])
        expect([isNearMiss(typed, meant), isNearMiss(meant, typed)], typed).toEqual([true, true]);
    }),
  );
  expect(isNearMiss('SPORT', 'SPROT')).toBe(true);
  expect(isNearMiss('SPORT', 'STROP')).toBe(false);
});

test('a keyword that might mean two things is not guessed', () => {
  const two: Grammar = {
    keywords: [
      { word: 'FOOD', command: 'help', language: null },
      { word: 'FOOT', command: 'stop', language: null },
    ],
    packages: [],
  };
  expect(parseCasRequest('FOOX', two)).toMatchObject({ reason: 'keyword.unknown' });
  expect(parseCasRequest('FOOT', two)).toMatchObject({ asked: { command: 'stop' } });
});

test('the check digit finds every single wrong digit', () => {
  for (let i = 0; i < card.length; i += 1)
    for (let digit = 0; digit < 10; digit += 1) {
      const changed = card.slice(0, i) + digit + card.slice(i + 1);
      expect(passesLuhn(changed)).toBe(changed === card);
    }
  expect(passesLuhn('')).toBe(false);
});
