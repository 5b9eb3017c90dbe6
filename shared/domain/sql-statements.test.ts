import { expect, test } from 'vitest';
import { splitStatements } from './sql-statements.ts';

test('a script is cut at the ends of its statements only', () => {
  const script = `-- one; two
CREATE TABLE a (b text DEFAULT 'x;y''; z'); /* ; */
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN PERFORM 1; END $body$;
SELECT ";" FROM a`;
  expect(splitStatements(script)).toEqual([
    "CREATE TABLE a (b text DEFAULT 'x;y''; z')",
    'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN PERFORM 1; END $body$',
    'SELECT ";" FROM a',
  ]);
});
