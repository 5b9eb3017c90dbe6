import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { afterEach, expect, test } from 'vitest';
import { bundleTask, taskCommand } from '../../infra/constructs/task-image.ts';
import { connectEsme } from './test-esme.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** The bundle that the image holds, as a task runs it, on any free ports. */
const run = (environment: Readonly<Record<string, string>>) => {
  const directory = bundleTask(new Stack(new App(), 'images'), 'smsc-simulator');
  const child = spawn(process.execPath, [join(directory, taskCommand.at(-1) ?? '')], {
    env: { SMSC_PORT: '0', CONTROL_PORT: '0', SMSC_SYSTEM_ID: 'signalbox', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => said.push(data.toString()));
  return { child, said };
};

test('the image’s program takes the account that it is given, is healthy, and ends when it is told to', async () => {
  const { child, said } = run({ SMSC_PASSWORD: 'aB3dE6gH' });
  const ended = once(child, 'exit');
  while (!said.join('').includes('control on ')) await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  const [, port, controlUrl] = /on port (\d+), control on (\S+)/.exec(said.join('')) ?? [];
  expect((await fetch(`${controlUrl}/healthz`)).status).toBe(200);
  expect(new URL(controlUrl ?? '').hostname).toBe('127.0.0.1');
  const esme = await connectEsme({ host: '127.0.0.1', port: Number(port) });
  const bound = await esme.request('bind_transceiver', { system_id: 'signalbox', password: 'aB3dE6gH' });
  expect(bound.command_status).toBe(0);
  expect((await esme.submit('491700000010', 'hello')).command_status).toBe(0);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('without a password it does not start, and says which variable is missing', async () => {
  const { child, said } = run({});
  expect((await once(child, 'close'))[0]).not.toBe(0);
  expect(said.join('')).toContain('SMSC_PASSWORD');
});
