import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Command, endCommands, type Process, startCommand, stillRunning } from '../support/command.ts';
import { until } from '../support/until.ts';

const patience = { timeout: 180_000 };

const directories: string[] = [];
const freshDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-commands-'));
  directories.push(directory);
  return directory;
};
afterAll(() => {
  endCommands();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

const npmStart = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Command =>
  startCommand('npm', ['start', ...(args.length > 0 ? ['--', ...args] : [])], environment);

const expectGone = async (processes: readonly Process[]): Promise<void> => {
  // node, npm, PostgreSQL with its own, and the bridge.
  expect(processes.length).toBeGreaterThan(5);
  await until('every process is gone', () => stillRunning(processes).length === 0, { withinMs: 20_000 }).catch(() =>
    expect(stillRunning(processes).map(({ line }) => line)).toEqual([]),
  );
};

/** What a person has to see, in this order. */
const steps = [
  'callback receiver: ',
  'SMSC simulator: ',
  'synthesized',
  'PostgreSQL listens',
  'resources',
  'the API answers at ',
  'event source mappings',
  'smpp-bridge runs as process',
  'POST /v1/messages: 202',
  'queued on SQS',
  'claimed by the bridge',
  'submitted over SMPP',
  'receipt for ',
  'settled as DELIVERED',
  'callback message.delivered, signature valid',
  '5 cents captured',
  'One message went all the way.',
  'dry run: ',
  'POST /v1/pushes: 202',
  'api: Accepted over HTTP for application b00010',
  'hsm: A packet of ',
  'smpp: primary took part 1',
  'receipt: A receipt said DELIVERED of part 1',
  'card: The card answered and proved that it is it.',
  'callback push.succeeded, signature valid',
  'One push went all the way',
  'the box has the key of epoch',
  'a subscriber texts',
  'the subscriber has the answer',
  'the box is entitled to product',
  'A text became an entitlement.',
];

describe('npm start -- --once', () => {
  test.each(['once', 'and again'])(
    'sends one message through everything, telling each step, and exits 0: %s',
    patience,
    async () => {
      const scratch = freshDirectory();
      // As root, PostgreSQL runs as nobody, who has to get there.
      chmodSync(scratch, 0o711);
      const command = npmStart(['--once'], { TMPDIR: scratch });
      await command.says(/client \S+ with keys/);
      const processes = command.processes();
      expect(await command.ended, command.output).toEqual({ code: 0, signal: null });
      const places = steps.map((step) => command.output.indexOf(step));
      expect(
        places.every((place) => place >= 0),
        command.output,
      ).toBe(true);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      await expectGone(processes);
      expect(readdirSync(scratch).filter((name) => name.startsWith('signalbox-'))).toEqual([]);
    },
  );
});

describe('npm start says what is wrong, and what mends it, when', () => {
  test('its port is taken', patience, async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const command = npmStart(['--directory', freshDirectory()], { PORT: `${port}` });
    expect((await command.ended).code).toBe(1);
    server.close();
    expect(command.output).toMatch(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken.*PORT=${port + 1} npm start`));
    expect(command.output).not.toMatch(/^\s+at /m);
  });

  test.each([
    { what: 'its port is none', args: [], environment: { PORT: '80x' }, says: /PORT is not a port: 80x/ },
    { what: 'an option is none', args: ['--onec'], environment: {}, says: /--onec/ },
    {
      what: 'its SMSC’s address is none',
      args: ['--directory', 'DIRECTORY'],
      environment: { SMSC_URL: 'http://a', PORT: '0' },
      says: /SMSC_URL is not of the form smpp:/,
    },
  ])('$what', patience, async ({ args, environment, says }) => {
    const given = args.map((arg) => (arg === 'DIRECTORY' ? freshDirectory() : arg));
    const command = npmStart(given, environment as Record<string, string>);
    expect((await command.ended).code).toBe(1);
    expect(command.output).toMatch(says);
    expect(command.output).not.toMatch(/^\s+at /m);
  });
});

interface Endpoints {
  readonly api_url: string;
  readonly api_key: string;
}

describe('npm start leaves no process behind, and what it kept can be used again,', () => {
  const directory = freshDirectory();
  const start = (): Command => npmStart(['--directory', directory], { PORT: '0' });
  const isUp = /Ctrl-C stops everything/;

  const account = async () => {
    const { api_url, api_key } = JSON.parse(readFileSync(join(directory, 'endpoints.json'), 'utf8')) as Endpoints;
    const response = await fetch(`${api_url}/v1/account`, { headers: { 'x-api-key': api_key } });
    return (await response.json()) as { readonly captured_cents: number };
  };

  test('after Ctrl-C while it starts', patience, async () => {
    const command = start();
    await command.says(/PostgreSQL listens/);
    const processes = command.processes();
    command.interrupt('SIGINT');
    await command.ended;
    expect(command.output).not.toMatch(/could not go on/);
    await expectGone(processes);
    expect(existsSync(join(directory, 'pid'))).toBe(false);
  });

  test('after Ctrl-C while it is up; a second one on the same directory was refused meanwhile', patience, async () => {
    const command = start();
    await command.says(isUp);
    expect(await account()).toMatchObject({ captured_cents: 15 });
    const second = start();
    expect((await second.ended).code).toBe(1);
    expect(second.output).toMatch(/already runs on .*Stop it, or use `npm start -- --once`/);
    const processes = command.processes();
    command.interrupt('SIGINT');
    await command.ended;
    expect(command.output).toMatch(/Stopping: the bridges drain first\s*$/);
    await expectGone(processes);
    await expect(account()).rejects.toThrow();
  });

  test('after it was killed, and after SIGTERM', patience, async () => {
    const killed = start();
    await killed.says(isUp);
    const processes = killed.processes();
    const program = processes.filter(({ line }) => /node\S* local\/start\.mjs/.test(line)).at(-1);
    process.kill(program?.pid ?? 0, 'SIGKILL');
    await killed.ended;
    await expectGone(processes);

    const command = start();
    await command.says(isUp);
    // One message, one push and one answer a start, each paid once.
    expect(await account()).toMatchObject({ captured_cents: 45 });
    const left = command.processes();
    command.interrupt('SIGTERM');
    await command.ended;
    await expectGone(left);
  });
});
