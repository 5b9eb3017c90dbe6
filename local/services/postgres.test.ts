import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from './postgres.ts';

let directory: string;
let postgres: Postgres;

const ask = async (statement: string): Promise<unknown[]> => {
  const client = new pg.Client({ ...postgres, database: 'things' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  postgres = await startPostgres({ directory, durable: false });
  await postgres.createDatabase('things');
  await ask('CREATE TABLE things (name text)');
});

afterAll(async () => {
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
});

test('text is UTF-8 and sorts by code point on every machine', async () => {
  const [row] = await ask(
    `SELECT current_setting('server_encoding') AS encoding, 'Z' < 'a' AS by_code, upper('é') AS upper`,
  );
  expect(row).toEqual({ encoding: 'UTF8', by_code: true, upper: 'É' });
});

test('creating a database twice is no error', async () => {
  await postgres.createDatabase('things');
});

test('what was committed outlives a crash, and the port stays', async () => {
  await ask(`INSERT INTO things VALUES ('kept')`);
  await postgres.kill();
  await expect(ask('SELECT 1')).rejects.toThrow('ECONNREFUSED');
  await postgres.restart();
  expect(await ask('SELECT name FROM things')).toEqual([{ name: 'kept' }]);
});

test('a directory in use by a living run is refused, not shared', async () => {
  await expect(startPostgres({ directory })).rejects.toThrow(/is in use by process \d+/);
  expect(await ask('SELECT count(*)::int AS n FROM things')).toEqual([{ n: 1 }]);
});

test('a data directory is used again by the next start', async () => {
  await postgres.stop();
  expect(existsSync(join(directory, 'data', 'postmaster.pid'))).toBe(false);
  postgres = await startPostgres({ directory, durable: false });
  expect(await ask('SELECT name FROM things')).toEqual([{ name: 'kept' }]);
});

test('a run killed without warning leaves a directory that the next one can use at once', async () => {
  await postgres.stop();
  const source = `import { startPostgres } from ${JSON.stringify(import.meta.resolve('./postgres.ts'))};
    const { port } = await startPostgres({ directory: ${JSON.stringify(directory)}, durable: false });
    console.log(port);
    setInterval(() => {}, 1000);`;
  const run = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(run.stdout, 'data');
  run.kill('SIGKILL');
  await once(run, 'exit');
  postgres = await startPostgres({ directory, durable: false });
  expect(await ask('SELECT name FROM things')).toEqual([{ name: 'kept' }]);
});

test('a lock whose process number now belongs to another program does not stand in the way', async () => {
  await postgres.stop();
  await writeFile(join(directory, 'data', 'postmaster.pid'), `${process.pid}\n`);
  postgres = await startPostgres({ directory, durable: false });
  expect(await ask('SELECT name FROM things')).toEqual([{ name: 'kept' }]);
});
