import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { until } from '../support/until.ts';

export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** A port of 127.0.0.1 that is free now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port was given.');
  return address.port;
};

/** Whether the address answers at all, with whatever status below 500. */
const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status < 500;
    },
    () => false,
  );

/** @throws Error when it takes longer than a minute, or `isOver` before. */
export const untilAnswers = async (url: string, isOver: () => boolean = () => false): Promise<void> => {
  await until(`${url} answers`, async () => {
    if (isOver()) throw new Error(`What was to answer at ${url} has ended.`);
    return answers(url);
  });
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(patience);
};

/** It does not outlive us, however we end: after a signal too, and after an exit that waits for nobody. */
const endWithUs = (child: ChildProcess): void => {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
};

export interface EmulatorProgram {
  readonly command: readonly [program: string, ...args: string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly url: string;
  /** What answers once it is ready. */
  readonly healthPath: string;
  /** Takes what it says. */
  readonly logFile: string;
}

/** Starts a program that emulates AWS, and waits until it answers. @throws Error naming its log when it does not. */
export const startEmulator = async (program: EmulatorProgram): Promise<Emulator> => {
  const { command, environment, url, healthPath, logFile } = program;
  const [executable, ...args] = command;
  // Its own file, since whoever started it may be too busy to pass lines on, and a full pipe would stop it.
  const log = openSync(logFile, 'w');
  const child = spawn(executable, args, { env: { ...process.env, ...environment }, stdio: ['ignore', log, log] });
  closeSync(log);
  endWithUs(child);
  child.on('error', (error) => console.error(`${executable}: ${error.message}`));
  try {
    await untilAnswers(`${url}${healthPath}`, () => child.pid === undefined || child.exitCode !== null);
  } catch (cause) {
    await end(child);
    throw new Error(`The emulator did not start; it said why in ${logFile}.`, { cause });
  }
  return { url, stop: () => end(child) };
};
