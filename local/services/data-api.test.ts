import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.ts';

let database: TestDatabase;
let target: { resourceArn: string; secretArn: string; database: string };

beforeAll(async () => {
  database = await startTestDatabase();
  target = { resourceArn: database.clusterArn, secretArn: database.secretArn, database: database.databaseName };
  await database.query(`CREATE TYPE colour AS ENUM ('red', 'green');
    CREATE TABLE things (id uuid PRIMARY KEY, name text NOT NULL, at timestamptz, amount bigint CHECK (amount >= 0))`);
});
afterAll(() => database.stop());

type Options = Omit<ExecuteStatementCommandInput, 'resourceArn' | 'secretArn' | 'sql'>;
const execute = (sql: string, options: Options = {}) =>
  database.client.send(new ExecuteStatementCommand({ ...target, sql, ...options }));
const first = async (sql: string, options: Options = {}) => (await execute(sql, options)).records?.[0];

describe('results', () => {
  test.each([
    ['1::int2', { longValue: 1 }],
    ['9007199254740991::int8', { longValue: 9007199254740991 }],
    ['1.50::numeric', { stringValue: '1.50' }],
    ['0.1::float8', { doubleValue: 0.1 }],
    ['true', { booleanValue: true }],
    [`'\\x00ff'::bytea`, { blobValue: new Uint8Array([0, 255]) }],
    ['NULL::int', { isNull: true }],
    [`'red'::colour`, { stringValue: 'red' }],
    [`'{"a": 1}'::jsonb`, { stringValue: '{"a": 1}' }],
    [`'2026-11-21 10:42:00.123+02'::timestamptz`, { stringValue: '2026-11-21 08:42:00.123' }],
    [`'2026-11-21 08:42:00'::timestamp`, { stringValue: '2026-11-21 08:42:00' }],
    [`'08:42:00.5'::time`, { stringValue: '08:42:00.5' }],
    [`date '2026-11-21'`, { stringValue: '2026-11-21' }],
    [`ARRAY['a', 'b "c", d', '{}', 'NULL']`, { arrayValue: { stringValues: ['a', 'b "c", d', '{}', 'NULL'] } }],
    [`ARRAY[1, 2]::bigint[]`, { arrayValue: { longValues: [1, 2] } }],
    [`ARRAY[true]`, { arrayValue: { booleanValues: [true] } }],
    [`'{}'::float8[]`, { arrayValue: { doubleValues: [] } }],
  ])('%s', async (expression, field) => {
    expect(await first(`SELECT ${expression}`)).toEqual([field]);
  });

  test.each([
    "interval '1 day'",
    `'10:00+02'::timetz`,
    '1::money',
    'point(1, 2)',
    'ARRAY[[1, 2]]',
    `int4range(1, 2)`,
    'ROW(1, 2)',
  ])('%s has no representation', async (expression) => {
    await expect(execute(`SELECT ${expression}`)).rejects.toMatchObject({ name: 'UnsupportedResultException' });
  });

  test('metadata names and types each column, when asked for', async () => {
    const { columnMetadata } = await execute(
      `SELECT id, amount AS cents, 1.5::numeric(10, 2) AS n, '{}'::text[] FROM things`,
      {
        includeResultMetadata: true,
      },
    );
    expect(columnMetadata).toMatchObject([
      { label: 'id', typeName: 'uuid', type: 1111 },
      { label: 'cents', typeName: 'int8', type: -5, isSigned: true },
      { label: 'n', typeName: 'numeric', precision: 10, scale: 2 },
      { typeName: '_text', type: 2003 },
    ]);
    expect((await execute('SELECT 1')).columnMetadata).toBeUndefined();
  });

  test('a change tells how many rows it made, and returns none without RETURNING', async () => {
    const sql = `INSERT INTO things (id, name) SELECT gen_random_uuid(), 'counted' FROM generate_series(1, 3)`;
    expect(await execute(sql)).toMatchObject({ numberOfRecordsUpdated: 3, generatedFields: [] });
    const returned = await execute(`DELETE FROM things WHERE name = 'counted' RETURNING name`);
    expect(returned.records).toHaveLength(3);
    expect(returned.numberOfRecordsUpdated).toBe(0);
  });

  test('a result above 1 MiB and a row above 64 KB are refused', async () => {
    await expect(execute(`SELECT repeat('x', 1000) FROM generate_series(1, 1100)`)).rejects.toThrow(
      /response size limit/,
    );
    await expect(execute(`SELECT repeat('x', 70000)`)).rejects.toThrow(/64 KB/);
  });
});

describe('parameters', () => {
  const id = '018f0000-0000-7000-8000-000000000001';

  test('a string is text, so a uuid needs a cast or a hint', async () => {
    const parameters = [{ name: 'id', value: { stringValue: id } }];
    await expect(execute('SELECT FROM things WHERE id = :id', { parameters })).rejects.toMatchObject({
      name: 'DatabaseErrorException',
      message: expect.stringMatching(
        /^ERROR: operator does not exist: uuid = text\n {2}Position: \d+; SQLState: 42883$/,
      ),
    });
    await execute('SELECT FROM things WHERE id = :id::uuid', { parameters });
    await execute('SELECT FROM things WHERE id = :id', {
      parameters: [{ name: 'id', typeHint: 'UUID', value: { stringValue: id } }],
    });
  });

  test('each kind arrives as its type', async () => {
    const parameters = [
      { name: 'long', value: { longValue: 5 } },
      { name: 'double', value: { doubleValue: 0.5 } },
      { name: 'yes', value: { booleanValue: true } },
      { name: 'blob', value: { blobValue: new Uint8Array([1, 2]) } },
      { name: 'none', value: { isNull: true } },
      { name: 'text', value: { stringValue: 'é😀' } },
    ];
    const sql =
      'SELECT pg_typeof(:long)::text, pg_typeof(:double)::text, pg_typeof(:yes)::text, :blob, :none::int, :text, :text';
    expect(await first(sql, { parameters })).toEqual([
      { stringValue: 'bigint' },
      { stringValue: 'double precision' },
      { stringValue: 'boolean' },
      { blobValue: new Uint8Array([1, 2]) },
      { isNull: true },
      { stringValue: 'é😀' },
      { stringValue: 'é😀' },
    ]);
  });

  test('a colon within quotes, comments, casts and assignments is no parameter', async () => {
    const sql = `SELECT ':a', E'\\':a', ":a", $$:a;$$, $t$ :a $$ $t$, :a::text /* :a /* ; */ :a */ -- :a ;
      FROM (SELECT 1 AS ":a") t;`;
    const parameters = [{ name: 'a', value: { stringValue: 'given' } }];
    expect((await first(sql, { parameters }))?.map((field) => field.stringValue ?? field.longValue)).toEqual([
      ':a',
      "':a",
      1,
      ':a;',
      ' :a $$ ',
      'given',
    ]);
  });

  test.each<[string, string, NonNullable<Options['parameters']>, RegExp]>([
    ['missing', 'SELECT :a', [], /Cannot find parameter: a/],
    ['unused', 'SELECT 1', [{ name: 'a', value: { longValue: 1 } }], /no parameter a/],
    ['an array', 'SELECT :a', [{ name: 'a', value: { arrayValue: { longValues: [1] } } }], /Array parameters/],
    ['positional', 'SELECT $1', [], /Positional/],
    [
      'a date that is none',
      'SELECT :a',
      [{ name: 'a', typeHint: 'DATE', value: { stringValue: '21.11.2026' } }],
      /DATE/,
    ],
  ])('%s is refused', async (_, sql, parameters, reason) => {
    await expect(execute(sql, { parameters })).rejects.toThrow(reason);
  });
});

describe('statements', () => {
  test('one call is one statement', async () => {
    await expect(execute('SELECT 1; SELECT 2')).rejects.toMatchObject({
      name: 'ValidationException',
      message: "Multistatements aren't supported.",
    });
    expect(await first('SELECT 1; -- done')).toEqual([{ longValue: 1 }]);
  });

  test('an error carries its SQLState, and the adapter finds it', async () => {
    await expect(database.sql('SELECT 1 / 0')).rejects.toMatchObject({ name: 'SqlError', sqlState: '22012' });
    const insert = `INSERT INTO things (id, name, amount) VALUES (gen_random_uuid(), 'x', -1)`;
    await expect(execute(insert)).rejects.toThrow(/^ERROR: new row .* violates check constraint .*; SQLState: 23514$/);
  });

  test('the adapter gives JavaScript values', async () => {
    const sql = `SELECT 5::bigint AS cents, '2026-11-21T08:42:00.5Z'::timestamptz AS at, :thing::jsonb AS thing, NULL::text AS none`;
    expect(await database.sql(sql, { thing: { a: [1, 'é'] } })).toEqual([
      { cents: 5, at: new Date('2026-11-21T08:42:00.5Z'), thing: { a: [1, 'é'] }, none: null },
    ]);
  });

  test('nothing of a session is left to the next call', async () => {
    await execute(`SET search_path TO pg_catalog`);
    const paths = await Promise.all(Array.from({ length: 20 }, () => first('SHOW search_path')));
    expect(new Set(paths.map((row) => row?.[0]?.stringValue))).toEqual(new Set(['"$user", public']));
  });

  test('a statement known before goes on after its table changed', async () => {
    await execute('CREATE TABLE changing (a int)');
    for (let call = 0; call < 3; call += 1) expect(await first('SELECT * FROM changing')).toBeUndefined();
    await database.query('ALTER TABLE changing ADD b int');
    await database.query('INSERT INTO changing VALUES (1, 2)');
    expect(await first('SELECT * FROM changing')).toEqual([{ longValue: 1 }, { longValue: 2 }]);
  });

  test('the schema parameter, an unknown cluster, secret or database are refused', async () => {
    await expect(execute('SELECT 1', { schema: 'public' })).rejects.toThrow(/schema is not supported/);
    const send = (wrong: Partial<typeof target>) =>
      database.client.send(new ExecuteStatementCommand({ ...target, ...wrong, sql: 'SELECT 1' }));
    await expect(send({ resourceArn: `${target.resourceArn}-x` })).rejects.toMatchObject({
      name: 'DatabaseNotFoundException',
    });
    await expect(send({ secretArn: `${target.secretArn}-x` })).rejects.toMatchObject({ name: 'SecretsErrorException' });
    await expect(send({ database: 'nowhere' })).rejects.toThrow('database "nowhere" does not exist; SQLState: 3D000');
  });

  test('a batch runs once per parameter set', async () => {
    const sql = 'INSERT INTO things (id, name) VALUES (gen_random_uuid(), :name)';
    const parameterSets = ['b1', 'b2'].map((name) => [{ name: 'name', value: { stringValue: name } }]);
    const { updateResults } = await database.client.send(
      new BatchExecuteStatementCommand({ ...target, sql, parameterSets }),
    );
    expect(updateResults).toHaveLength(2);
    expect(await first(`SELECT count(*) FROM things WHERE name IN ('b1', 'b2')`)).toEqual([{ longValue: 2 }]);
  });
});

describe('transactions', () => {
  const begin = async () => (await database.client.send(new BeginTransactionCommand(target))).transactionId ?? '';
  const end = ({ resourceArn, secretArn }: typeof target, transactionId: string) => ({
    resourceArn,
    secretArn,
    transactionId,
  });
  const insert = `INSERT INTO things (id, name) VALUES (gen_random_uuid(), :name)`;
  const named = (name: string) => ({ parameters: [{ name: 'name', value: { stringValue: name } }] });
  const count = async (name: string) =>
    (await first('SELECT count(*) FROM things WHERE name = :name', named(name)))?.[0]?.longValue;

  test('committed work is seen, rolled back work is not', async () => {
    const kept = await begin();
    await execute(insert, { transactionId: kept, ...named('kept') });
    expect(await count('kept')).toBe(0);
    const answer = await database.client.send(new CommitTransactionCommand(end(target, kept)));
    expect(answer.transactionStatus).toBe('Transaction Committed');
    expect(await count('kept')).toBe(1);
    const undone = await begin();
    await execute(insert, { transactionId: undone, ...named('undone') });
    await database.client.send(new RollbackTransactionCommand(end(target, undone)));
    expect(await count('undone')).toBe(0);
  });

  test('an error ends the transaction', async () => {
    const transactionId = await begin();
    await execute(insert, { transactionId, ...named('lost') });
    await expect(execute('SELECT 1 / 0', { transactionId })).rejects.toThrow('SQLState: 22012');
    await expect(execute('SELECT 1', { transactionId })).rejects.toMatchObject({
      name: 'TransactionNotFoundException',
    });
    expect(await count('lost')).toBe(0);
  });

  test('one call at a time', async () => {
    const transactionId = await begin();
    const outcomes = await Promise.allSettled([1, 2].map(() => execute('SELECT pg_sleep(0.2)', { transactionId })));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await database.client.send(new RollbackTransactionCommand(end(target, transactionId)));
  });

  test('transaction control has calls of its own', async () => {
    await expect(execute('BEGIN')).rejects.toThrow(/calls for transactions/);
  });
});
