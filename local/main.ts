import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCasJourney } from './run/cas-journey.ts';
import { claimDirectory } from './run/claim-directory.ts';
import { runJourney } from './run/journey.ts';
import { runPushJourney } from './run/push-journey.ts';
import { say } from './run/say.ts';
import { type Signalbox, startSignalbox } from './run/start-signalbox.ts';

const usage = `npm start                runs Signalbox on this machine, sends a message, a push and a
                         request for conditional access through it, and stays up
npm start -- --once      the same on free ports and in a directory of its own, and exits
npm start -- --reset     forgets what earlier runs left in .local
npm start -- --directory DIR   keeps everything in DIR instead of .local
PORT=8081 npm start      another port for the API
SMSC_URL=smpp://user:password@host:port npm start   uses that SMSC instead of the simulator
`;

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const journeyMs = 60_000;

const parsePort = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PORT is not a port: ${text}`);
};

const untilSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });

const readOptions = (args: readonly string[], environment: NodeJS.ProcessEnv) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean' },
      reset: { type: 'boolean' },
      directory: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { once, reset, directory } = values;
  if (directory !== undefined && (once || reset))
    throw new Error(
      '--directory goes neither with --once, which has one of its own, nor with --reset, for .local alone',
    );
  return {
    ...values,
    port: once ? 0 : parsePort(environment.PORT ?? '8080'),
    smscUrl: environment.SMSC_URL,
    dataDirectory: once
      ? mkdtempSync(join(tmpdir(), 'signalbox-once-'))
      : resolve(directory ?? join(repository, '.local')),
  };
};

/** A message, a push to a card of the simulator, and a text that becomes an entitlement; a real SMSC does not know them. */
const runJourneys = async (signalbox: Signalbox): Promise<void> => {
  const { cloud, client, callbacks, smsc } = signalbox;
  const options = { apiUrl: cloud.apiUrl, apiKey: client.apiKey, callbacks, say, timeoutMs: journeyMs };
  await runJourney(options);
  say('One message went all the way.');
  if (smsc) {
    await runPushJourney(options);
    say('One push went all the way, and the card proved its answer.');
  }
  await runCasJourney({ ...signalbox, apiKey: client.apiKey, say, timeoutMs: journeyMs });
  say('A text became an entitlement.');
};

/** Sends the first message and, unless it is to be the only one, stays up until a signal comes. */
const serve = async (signalbox: Signalbox, once: boolean, interrupted: Promise<unknown>): Promise<void> => {
  const { cloud } = signalbox;
  const journey = runJourneys(signalbox);
  if (await Promise.race([journey.then(() => false), interrupted.then(() => true)])) return;
  if (once) return;
  say(`The API is ${cloud.apiUrl}; keys and addresses stand in ${signalbox.endpointsFile}. Ctrl-C stops everything.`);
  await interrupted;
  say('Stopping: the bridges drain first');
};

const run = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> => {
  const options = readOptions(args, environment);
  if (options.help) return console.log(usage);
  const { once = false, port, dataDirectory, smscUrl } = options;
  const interrupted = untilSignal();
  if (options.reset) {
    // Never from under a Signalbox that runs on it.
    claimDirectory(dataDirectory);
    rmSync(dataDirectory, { recursive: true, force: true });
    say('.local is emptied');
  }
  const signalbox = await startSignalbox({ repository, dataDirectory, apiPort: port, smscUrl, say });
  try {
    await serve(signalbox, once, interrupted);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}. Logs: ${signalbox.cloud.logDirectory}`, { cause: error });
  } finally {
    await signalbox.stop();
  }
  // After a fault it stays, for its logs.
  if (once) rmSync(dataDirectory, { recursive: true, force: true });
};

/** @returns the exit code: 0 only when everything that was asked for happened. */
export const main = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  try {
    await run(args, environment);
    return 0;
  } catch (error) {
    console.error(`\nSignalbox could not go on. ${error instanceof Error ? error.message : String(error)}`);
    if (environment.DEBUG) console.error(error);
    return 1;
  }
};
