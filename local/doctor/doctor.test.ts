import type { IncomingMessage } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { configs, type StageConfig } from '../../infra/config.ts';
import { type Listener, listen, readBody } from '../cloud/http-listener.ts';
import { checkRunbook } from './check-machine.ts';
import { type Examination, examine } from './examine.ts';
import { exitCodeOf, type Finding, renderFinding, renderSummary } from './finding.ts';

/** What a service answers to an operation: its body, or a refusal with a status. */
type Answers = Readonly<Record<string, string | { readonly status: number; readonly body: string }>>;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** `sts:GetCallerIdentity`, by the scope of the signature, the form, the target or the path. */
const operationOf = ({ headers, url }: IncomingMessage, body: string): string => {
  const [, service = ''] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const target = headers['x-amz-target'];
  const named = typeof target === 'string' ? target.split('.')[1] : new URLSearchParams(body).get('Action');
  return `${service}:${named ?? url}`;
};

const startAws = async (answers: Answers): Promise<Listener> => {
  const server = await listen(0, (message, response) => {
    readBody(message, 100_000).then(
      (body) => {
        const answer = answers[operationOf(message, String(body))] ?? {
          status: 403,
          body: '{"__type":"AccessDenied"}',
        };
        const { status, body: text } = typeof answer === 'string' ? { status: 200, body: answer } : answer;
        response.writeHead(status, { 'content-type': 'application/json' }).end(text);
      },
      () => message.socket.destroy(),
    );
  });
  stops.push(() => server.stop());
  return server;
};

const startPort = async (): Promise<number> => {
  const server = createTcpServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as { readonly port: number }).port;
};

const member = (name: string, status: string) =>
  `<member><StackName>signalbox-prod-${name}</StackName><StackStatus>${status}</StackStatus></member>`;
const stacks = (...listed: string[]) => `<R><StackSummaries>${listed.join('')}</StackSummaries></R>`;
const output = (key: string, value: string) =>
  `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`;
const quota = (value: number) => JSON.stringify({ Quota: { Value: value } });
const orderable = (...zones: string[]) =>
  `<R><OrderableDBInstanceOption>${zones.map((zone) => `<Name>${zone}</Name>`).join('')}</OrderableDBInstanceOption></R>`;

/** prod, deployed and well, without providers. */
const well: Answers = {
  'sts:GetCallerIdentity':
    '<R><Arn>arn:aws:sts::123456789012:assumed-role/deploy/me</Arn><Account>123456789012</Account></R>',
  'ssm:GetParameter': '{"Parameter":{"Value":"28"}}',
  'cloudformation:ListStacks': stacks(member('data', 'UPDATE_COMPLETE'), member('api', 'CREATE_COMPLETE')),
  'cloudformation:DescribeStacks': `<R>${output('FixedAddress1', '192.0.2.1')}${output('FixedAddress2', '192.0.2.2')}</R>`,
  'lambda:/2016-08-19/account-settings': '{"AccountLimit":{"ConcurrentExecutions":1000}}',
  'servicequotas:GetServiceQuota': quota(6),
  'ec2:DescribeAddresses': '<R><allocationId>a</allocationId><allocationId>b</allocationId></R>',
  'ec2:DescribeVpcs': '<R><vpcId>v</vpcId></R>',
  'rds:DescribeOrderableDBInstanceOptions': orderable('eu-central-1a', 'eu-central-1b'),
  'secretsmanager:DescribeSecret': '{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:one"}',
  'rds-data:/Execute': '{"records":[],"columnMetadata":[]}',
};

const storedProvider = (port: number): string => {
  const settings = { host: '127.0.0.1', port, tls: false, system_id: 'us' };
  const columns = {
    id: '0190b3c0-0000-7000-8000-000000000000',
    name: 'carrier-one',
    kind: 'smpp',
    enabled: true,
    settings: JSON.stringify(settings),
    revision: 1,
    secret_set_at: '2026-11-01 00:00:00',
    traced_until: null,
    created_at: '2026-11-01 00:00:00',
    updated_at: '2026-11-01 00:00:00',
  };
  const typeOf = (name: string) => (name === 'settings' ? 'jsonb' : name.endsWith('_at') ? 'timestamptz' : 'text');
  return JSON.stringify({
    columnMetadata: Object.keys(columns).map((label) => ({ label, typeName: typeOf(label) })),
    records: [
      Object.values(columns).map((value) => {
        if (value === null) return { isNull: true };
        if (typeof value === 'boolean') return { booleanValue: value };
        return typeof value === 'number' ? { longValue: value } : { stringValue: value };
      }),
    ],
  });
};

/** Nothing listens there; what a runbook's page answers is tested apart. */
const config: StageConfig = { ...configs.prod, runbookUrl: 'https://127.0.0.1:1/runbook.md' };

const examineWith = async (answers: Answers, change: Partial<Examination> = {}): Promise<readonly Finding[]> => {
  const { url } = await startAws(answers);
  return examine({
    stage: 'prod',
    config,
    providers: [],
    environment: { AWS_ENDPOINT_URL: url },
    nodeVersion: '24.21.0',
    findKey: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }),
    ...change,
  });
};

const textOf = (findings: readonly Finding[], wanted: string): string =>
  findings
    .filter(({ check }) => check === wanted)
    .map(({ state, text }) => `${state}: ${text}`)
    .join('\n');

test('a deployed stage that is well is said to be, check by check', async () => {
  const findings = await examineWith(well);
  expect(findings.filter(({ state, check }) => state !== 'ok' && check !== 'runbook')).toEqual([]);
  expect(textOf(findings, 'credentials')).toBe(
    'ok: account 123456789012, as arn:aws:sts::123456789012:assumed-role/deploy/me',
  );
  expect(textOf(findings, 'fixed addresses')).toContain('192.0.2.1, 192.0.2.2: these are what carriers');
  expect(textOf(findings, 'elastic IPs')).toBe('ok: 6 allowed, 0 more needed, 2 in use');
  expect(textOf(findings, 'secrets')).toBe('ok: 5 there');
});

test('before the first deploy nothing that it makes is missed', async () => {
  const findings = await examineWith({
    ...well,
    'cloudformation:ListStacks': stacks(member('data', 'DELETE_COMPLETE')),
    'ec2:DescribeAddresses': '<R></R>',
  });
  expect(findings.filter(({ state, check }) => state !== 'ok' && check !== 'runbook')).toEqual([]);
  expect(textOf(findings, 'stacks')).toBe('ok: none yet: this is the first deploy');
  expect(textOf(findings, 'elastic IPs')).toBe('ok: 6 allowed, 2 more needed, 0 in use');
});

test('without credentials nothing fails, and the commands that ask are named', async () => {
  const findKey = () => Promise.reject(new Error('none'));
  const findings = await examineWith(well, { findKey });
  expect(exitCodeOf(findings)).toBe(2);
  expect(textOf(findings, 'credentials')).toMatch(/^not checked: There are none here\. Run aws sso login/);
  for (const check of [
    'bootstrap',
    'stacks',
    'concurrency',
    'elastic IPs',
    'VPCs',
    'Fargate vCPUs',
    'database engine',
    'secrets',
  ])
    expect(textOf(findings, check)).toMatch(/^not checked: Run aws \S+ \S+ --region eu-central-1/);
});

test('what the role may not ask is not checked, and never taken for well', async () => {
  const findings = await examineWith({ 'sts:GetCallerIdentity': well['sts:GetCallerIdentity'] ?? '' });
  const beyond = findings.slice(findings.findIndex(({ check }) => check === 'bootstrap'));
  expect(beyond.map(({ state }) => state)).toEqual(beyond.map(() => 'not checked'));
  expect(textOf(findings, 'bootstrap')).toMatch(/^not checked: AccessDenied\. Run aws ssm get-parameter/);
});

type Case = readonly [what: string, check: string, answers: Answers, sentence: string];
const refusal = (type: string) => ({ status: 400, body: JSON.stringify({ __type: `com.amazon#${type}` }) });

describe('failed, with what to do', () => {
  test.each([
    [
      'credentials that have run out',
      'credentials',
      { 'sts:GetCallerIdentity': { status: 403, body: '<E><Code>ExpiredToken</Code><Message>m</Message></E>' } },
      'AWS refuses them (ExpiredToken)',
    ],
    [
      'an old bootstrap',
      'bootstrap',
      { 'ssm:GetParameter': '{"Parameter":{"Value":"5"}}' },
      'npx cdk bootstrap -c stage=prod aws://1234',
    ],
    ['no bootstrap', 'bootstrap', { 'ssm:GetParameter': refusal('ParameterNotFound') }, 'was never bootstrapped'],
    [
      'a stack that never came up',
      'stacks',
      { 'cloudformation:ListStacks': stacks(member('api', 'ROLLBACK_COMPLETE')) },
      'signalbox-prod-api is ROLLBACK_COMPLETE',
    ],
    [
      'a stack under way',
      'stacks',
      { 'cloudformation:ListStacks': stacks(member('api', 'UPDATE_IN_PROGRESS')) },
      'Wait until it is done',
    ],
    ['an address too few', 'fixed addresses', { 'cloudformation:DescribeStacks': '<R/>' }, 'tells 0 of 2'],
    [
      'a new account’s concurrency',
      'concurrency',
      { 'lambda:/2016-08-19/account-settings': '{"AccountLimit":{"ConcurrentExecutions":10}}' },
      '--quota-code L-B99A9384 --desired-value 1000',
    ],
    [
      'too few vCPUs',
      'Fargate vCPUs',
      { 'servicequotas:GetServiceQuota': quota(1) },
      '--quota-code L-3032A538 --desired-value 2',
    ],
    [
      'an engine that is not offered',
      'database engine',
      { 'rds:DescribeOrderableDBInstanceOptions': '<R/>' },
      'does not offer Aurora',
    ],
    [
      'a zone without the engine',
      'database engine',
      { 'rds:DescribeOrderableDBInstanceOptions': orderable('eu-central-1a') },
      'is not in eu-central-1b',
    ],
    [
      'a secret that is gone',
      'secrets',
      { 'secretsmanager:DescribeSecret': refusal('ResourceNotFoundException') },
      'signalbox-prod/database, signalbox-prod/key-check, signalbox-prod/hsm, signalbox-prod/admin-key, signalbox-prod/canary-key is missing',
    ],
    [
      'a secret to be deleted',
      'secrets',
      { 'secretsmanager:DescribeSecret': '{"ARN":"a","DeletedDate":1}' },
      'to be deleted',
    ],
  ] as const satisfies readonly Case[])('%s', async (_what, check, answers, sentence) => {
    const findings = await examineWith({ ...well, ...answers });
    expect(textOf(findings, check)).toMatch(/^failed: /);
    expect(textOf(findings, check)).toContain(sentence);
    expect(exitCodeOf(findings)).toBe(1);
  });
});

test('a quota that was never changed is asked of AWS’s defaults', async () => {
  const findings = await examineWith({
    ...well,
    'servicequotas:GetServiceQuota': refusal('NoSuchResourceException'),
    'servicequotas:GetAWSDefaultServiceQuota': quota(5),
  });
  expect(textOf(findings, 'VPCs')).toBe('ok: 5 allowed, 0 more needed, 1 in use');
});

test('providers are read from the database, tried, and told whose addresses they have to allow', async () => {
  const findings = await examineWith({ ...well, 'rds-data:/Execute': storedProvider(await startPort()) });
  expect(textOf(findings, 'provider carrier-one')).toMatch(
    /^ok: 127\.0\.0\.1:\d+ takes connections \(TCP\) from here; for the bridge it has to allow 192\.0\.2\.1, 192\.0\.2\.2$/,
  );
  expect(textOf(findings, 'secrets')).toBe('ok: 6 there');
});

test('a provider that does not answer from here is no failure: only the bridge’s addresses have to be allowed', async () => {
  const closed = await startPort();
  await stops.pop()?.();
  const providers = [{ name: 'b', host: '127.0.0.1', port: closed, tls: true }];
  expect(textOf(await examineWith(well, { providers }), 'provider b')).toMatch(/^not checked: .*may be its allow list/);
});

test('a provider whose name nobody knows, or whose port the bridge may not reach, has failed', async () => {
  const provider = { name: 'c', host: 'smsc.invalid', port: 2775, tls: true };
  const providers = [provider, { ...provider, name: 'd', port: 25 }];
  const findings = await examineWith(well, { providers });
  expect(textOf(findings, 'provider c')).toMatch(/^failed: No address is known for smsc\.invalid/);
  expect(textOf(findings, 'provider d')).toMatch(/^failed: The bridge may go out to port 443 and from 1024 on/);
});

test('a provider at a name of the network’s own is asked of the bridge, as the simulator of staging is', async () => {
  const provider = { name: 'e', host: 'smsc.signalbox-staging-bridge.internal', port: 2775, tls: false };
  const findings = await examineWith(well, { providers: [provider] });
  expect(textOf(findings, 'provider e')).toMatch(/^not checked: .* network alone\. Run npm run .* providers state e$/);
});

test('a shell that is set to another region is told so', async () => {
  const { url } = await startAws(well);
  const environment = { AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1' };
  expect(textOf(await examineWith(well, { environment }), 'region')).toBe(
    "failed: The shell says us-east-1, infra/config.ts eu-central-1. Set AWS_REGION=eu-central-1, or change the stage's region.",
  );
});

test('a runbook that answers is well, and one that does not may be behind a login', async () => {
  const { url } = await startAws({ ':/there': 'a page' });
  const look = (page: string) => checkRunbook({ ...config, runbookUrl: `${url}/${page}` });
  expect(await look('there')).toEqual({ check: 'runbook', state: 'ok', text: `${url}/there` });
  expect(await look('elsewhere')).toMatchObject({
    state: 'not checked',
    text: expect.stringContaining('answered 403'),
  });
});

test('an old Node is told so', async () => {
  expect(textOf(await examineWith(well, { nodeVersion: '20.11.0' }), 'node')).toMatch(
    /^failed: Node 20\.11\.0 is below 24/,
  );
});

test('a report is a line a check, and a sum', () => {
  const findings: Finding[] = [
    { check: 'node', state: 'ok', text: 'Node 24.21.0' },
    { check: 'bootstrap', state: 'not checked', text: 'Run aws' },
  ];
  expect(findings.map(renderFinding)).toEqual([
    'ok           node             Node 24.21.0',
    'not checked  bootstrap        Run aws',
  ]);
  expect(renderSummary(findings)).toBe('1 ok, 0 failed, 1 not checked');
  expect(exitCodeOf(findings)).toBe(2);
  expect(exitCodeOf(findings.slice(0, 1))).toBe(0);
});
