import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import { replaceableServices } from '../../local/services/emulated-elsewhere.ts';
import { probeServices } from './localstack-clients.ts';
import { prepareVenv } from './python-venv.ts';
import { type Emulator, freePort, startEmulator, untilAnswers } from './start-emulator.ts';

/**
 * Runs the tests that speak with SQS, DynamoDB, KMS or Secrets Manager on LocalStack: on the one at LOCALSTACK_URL, on
 * one in Docker, or, without Docker, on one from PyPI. What it cannot start, the dev cloud answers as ever, and it is
 * said. Arguments go to vitest: `npm run test:localstack -- test/e2e/delivery.test.ts`.
 */

/** What LocalStack 4.14 needs beside its own list: newer cbor2 and pyOpenSSL lack what it calls. docs/second-opinions.md */
const requirements = ['localstack-core[runtime]==4.14.*', 'cbor2<6', 'pyopenssl<26', 'service-identity'];
const healthPath = '/_localstack/health';
const composeFile = fileURLToPath(new URL('localstack.compose.yaml', import.meta.url));

const startInDocker = async (): Promise<Emulator> => {
  const compose = (...args: readonly string[]): void => {
    const { status } = spawnSync('docker', ['compose', '-f', composeFile, ...args], { stdio: 'inherit' });
    if (status !== 0) throw new Error(`docker compose ${args.join(' ')} failed (${status}).`);
  };
  compose('up', '--detach');
  const url = 'http://127.0.0.1:4566';
  await untilAnswers(`${url}${healthPath}`);
  return { url, stop: async () => compose('down') };
};

const startOnHost = async (): Promise<Emulator> => {
  const python = prepareVenv('localstack', requirements);
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-localstack-'));
  const port = await freePort();
  return startEmulator({
    command: [python, '-m', 'localstack.runtime.main'],
    environment: {
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      LOCALSTACK_VOLUME_DIR: directory,
      SERVICES: replaceableServices.join(),
      // It neither calls home nor looks for a certificate, and leaves this machine's DNS alone.
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      DNS_ADDRESS: '0',
    },
    url: `http://127.0.0.1:${port}`,
    healthPath,
    logFile: join(directory, 'localstack.log'),
  });
};

const hasDocker = (): boolean => spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 }).status === 0;

const start = async (): Promise<Emulator> => {
  const url = process.env.LOCALSTACK_URL;
  if (url) return { url, stop: async () => undefined };
  return hasDocker() ? startInDocker() : startOnHost();
};

/** The tests that meet one of the four services through the dev cloud's endpoints; not those of the endpoints themselves. */
const include = [
  'test/e2e/**/*.test.ts',
  'test/integration/{carousel,cas,key-rotation,process-push}.test.ts',
  'shared/adapters/{provider-secrets,rate-limits,secrets,small-secrets}.test.ts',
  'shared/adapters/hsm/{hsm-gate,seal-card-keys,software-hsm}.test.ts',
  'lambdas/{authorize-request,notify-client}/handler.test.ts',
  'lambdas/serve-api/serve-limits.test.ts',
];

const runTests = async (filters: readonly string[]): Promise<void> => {
  const vitest = await startVitest('test', [...filters], {
    watch: false,
    include,
    setupFiles: [fileURLToPath(new URL('empty-localstack.ts', import.meta.url))],
    // All of them share one LocalStack, which is slower than what it stands in for.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 240_000,
  });
  await vitest.close();
};

const localstack = await start();
try {
  const probed = Object.entries(await probeServices(localstack.url));
  for (const [service, fault] of probed) console.log(`${service}: ${fault ?? 'on LocalStack'}`);
  const services = probed.filter(([, fault]) => fault === null).map(([service]) => service);
  if (services.length === 0) throw new Error(`No service works at ${localstack.url}.`);
  Object.assign(process.env, { LOCALSTACK_URL: localstack.url, LOCALSTACK_SERVICES: services.join() });
  await runTests(process.argv.slice(2));
} finally {
  await localstack.stop();
}
