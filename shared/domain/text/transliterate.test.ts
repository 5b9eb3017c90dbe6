import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOutsideGsm7 } from './gsm7.ts';
import { transliterate } from './transliterate.ts';

test.each([
  ['“Ça va” – très bien…', '"Ça va" - très bien...'],
  ['Łódź, Đà Nẵng, ırmak', 'Lodz, Dà Nang, irmak'],
  ['a\u0301b\u0327\u200b', 'ab'],
  ['naïve ﬁancée', 'naive fiancée'],
  ['１２３', '123'],
])('%s becomes %s', (text, expected) => {
  expect(transliterate(text)?.text).toBe(expected);
});

test('what was changed is told once for each character, with how often', () => {
  expect(transliterate('“ça, ça”')?.changes).toEqual([
    { from: '“', to: '"', times: 1 },
    { from: 'ç', to: 'c', times: 2 },
    { from: '”', to: '"', times: 1 },
  ]);
  expect(transliterate('Grüße €')).toEqual({ text: 'Grüße €', changes: [] });
});

test('a text with a character of no such spelling is left alone', () => {
  for (const text of ['ça 中', 'привет', '“😜”', '\ud83d']) expect(transliterate(text)).toBeNull();
});

test('whatever comes of any text is in the alphabet', () => {
  const character = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 1 }),
    fc.constantFrom(...Array.from('“çłŁẽ€ﬁ－ａ')),
  );
  fc.assert(
    fc.property(fc.array(character), (characters) => {
      const made = transliterate(characters.join(''));
      return made === null || firstOutsideGsm7(made.text) === undefined;
    }),
  );
});
