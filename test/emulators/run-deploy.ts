import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { configs } from '../../infra/config.ts';
import { namesOf } from '../../infra/names.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { startDatabaseOutside } from './database-outside.ts';
import { rewriteAssembly } from './ministack-templates.ts';
import { prepareVenv } from './python-venv.ts';
import { sendTestMessage } from './send-test-message.ts';
import { stackStates } from './stack-states.ts';
import { freePort, startEmulator } from './start-emulator.ts';

/**
 * Deploys stage dev with the real `cdk deploy` into MiniStack, which others wrote: every stack up to the API and what
 * works off the queues, the database outside of it. Then one message goes through the gateway that came out of it.
 */
const stage = 'dev';
const { region } = configs[stage];
const { of: nameOf } = namesOf(stage);
const stacks = ['messaging', 'data', 'cas', 'api', 'processing'].map((thing) => nameOf(thing));

const directory = mkdtempSync(join(tmpdir(), 'signalbox-deploy-'));
const stops: (() => Promise<void>)[] = [];

const startMinistack = async () => {
  const python = prepareVenv('ministack', ['ministack==1.5.33']);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const ministack = await startEmulator({
    command: [python, '-m', 'ministack'],
    environment: { GATEWAY_PORT: `${port}`, BIND_HOST: '127.0.0.1', MINISTACK_REGION: region, AWS_ENDPOINT_URL: url },
    url,
    healthPath: '/_ministack/health',
    logFile: join(directory, 'ministack.log'),
  });
  stops.push(() => ministack.stop());
  return url;
};

/** The CDK's own command, with nothing of this machine's AWS configuration. Throws when it fails. */
const runCdk = async (endpoint: string, args: readonly string[]): Promise<void> => {
  console.log(`> cdk ${args.join(' ')}`);
  const environment = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
  const cdk = spawn('npx', ['cdk', ...args, '--no-notices', '--ci'], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const [code] = (await once(cdk, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`cdk ${args[0]} failed (${code}). Logs: ${directory}`);
};

const deploy = async (endpoint: string): Promise<string> => {
  const database = await startDatabaseOutside({ directory: join(directory, 'postgres'), stage, region });
  stops.push(() => database.stop());
  const assembly = join(directory, 'assembly');
  synthesize(stage, assembly, { checksTemplates: false });
  rewriteAssembly(assembly, { AWS_ENDPOINT_URL_RDS_DATA: database.dataApiUrl });
  const outputs = join(directory, 'outputs.json');
  await runCdk(endpoint, ['bootstrap', '-c', `stage=${stage}`, `aws://000000000000/${region}`]);
  const options = ['--app', assembly, '--require-approval', 'never', '--progress', 'events', '--outputs-file', outputs];
  await runCdk(endpoint, ['deploy', ...stacks, ...options]);
  const { ApiUrl = '' } =
    (JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, Record<string, string>>)[nameOf('api')] ?? {};
  const [, apiId = '', apiStage = ''] = /^https:\/\/([^.]+)\.[^/]+\/([^/]+)\/$/.exec(ApiUrl) ?? [];
  const apiUrl = `${endpoint}/_aws/execute-api/${apiId}/${apiStage}`;
  await sendTestMessage({ apiUrl, endpoint, stage, database });
  return ApiUrl;
};

try {
  const endpoint = await startMinistack();
  console.log(`It was deployed as ${await deploy(endpoint)}`);
  const states = await stackStates(endpoint, region);
  for (const stack of stacks) console.log(`${stack}: ${states.get(stack) ?? 'not there'}`);
  if (!stacks.every((stack) => states.get(stack) === 'CREATE_COMPLETE')) process.exitCode = 1;
  rmSync(directory, { recursive: true, force: true });
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error(`Logs: ${directory}`);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}
