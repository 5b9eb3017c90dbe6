import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../aws-error.ts';
import { readStatement } from './statement.ts';

test('names are numbered in order of first use, and one used twice keeps its number', () => {
  expect(readStatement('SELECT :b, :a, :b::int')).toMatchObject({
    text: 'SELECT $1, $2, $1::int',
    names: ['b', 'a'],
    verb: 'SELECT',
  });
});

test.each([
  [`SELECT 'it''s :a'`],
  [`SELECT E'\\':a'`],
  ['SELECT ":a"'],
  ['SELECT $$ :a ; $$'],
  ['SELECT $x$ $$ :a $y$ $x$'],
  ['SELECT a[1:2]'],
  ['SELECT f(x := 1)'],
])('%s has no parameter and stays as it is', (sql) => {
  expect(readStatement(sql)).toMatchObject({ text: sql, names: [] });
});

test('a slice, a cast and a nested comment beside a parameter are told from it', () => {
  expect(readStatement('SELECT x[:a:2]::text /* :b /* ; */ :c */ -- :d\n')).toMatchObject({ names: ['a'] });
});

test.each([['SELECT 1;SELECT 2'], [`SELECT ';'; DELETE FROM t`], [';;']])('%s is more than one statement', (sql) => {
  expect(() => readStatement(sql)).toThrow("Multistatements aren't supported.");
});

test.each([['SET x TO 1'], ['SELECT set_config($$a$$, $$b$$, false)'], ['CREATE TEMP TABLE t ()']])(
  '%s touches the session',
  (sql) => {
    expect(readStatement(sql).touchesSession).toBe(true);
  },
);

test('quoted text passes unchanged, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sql = `SELECT '${text.replaceAll("'", "''")}', :a`;
      expect(readStatement(sql)).toMatchObject({ text: sql.replace(/:a$/, '$1'), names: ['a'] });
    }),
  );
});

test('no text makes it throw anything but its own error', () => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '$$',
    '$a$',
    '/*',
    '*/',
    '--',
    ':a',
    '::',
    ';',
    'E',
    '\\',
    '\n',
    ' ',
    'x',
    '$1',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        readStatement(pieces.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(AwsError);
      }
    }),
  );
});
