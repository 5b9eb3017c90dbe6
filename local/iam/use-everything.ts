import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import { acceptPush } from '#shared/adapters/accept-push.ts';
import { signCallback } from '#shared/domain/callback-signature.ts';
import { standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import type { DevCloud } from '../cloud/dev-cloud.ts';
import { runJourney } from '../run/journey.ts';
import { runPushJourney } from '../run/push-journey.ts';
import type { Say } from '../run/say.ts';
import { operatorSql } from '../run/seed-cards.ts';
import { demoCas } from '../run/seed-cas.ts';
import type { Signalbox } from '../run/start-signalbox.ts';
import { type DemoCard, demoCards, demoTar } from '../sim/demo-cards.ts';

const stepMs = 60_000;
const priorities = ['high', 'normal', 'bulk'] as const;

interface Run {
  readonly signalbox: Signalbox;
  readonly database: pg.Pool;
  readonly say: Say;
}

/** Waits for something that the programs do by themselves. @throws Error saying what did not happen. */
const until = async (what: string, happened: () => Promise<boolean> | boolean): Promise<void> => {
  const end = performance.now() + stepMs;
  while (!(await happened())) {
    if (performance.now() > end) throw new Error(`After ${stepMs / 1000} s: ${what} has not happened.`);
    await sleep(100);
  }
};

const submit = async (
  { signalbox }: Run,
  options: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const response = await fetch(new URL('/v1/messages', signalbox.cloud.apiUrl), {
    method: 'POST',
    headers: { 'x-api-key': signalbox.client.apiKey, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ to: '+491700000099', text: 'Who may do this?', ...options }),
  });
  const body = (await response.json()) as { id: string };
  if (response.status !== 202) throw new Error(`POST /v1/messages: ${response.status} ${JSON.stringify(body)}`);
  return body.id;
};

const inOneHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

const stateOf = async ({ database }: Run, id: string): Promise<string | undefined> =>
  (await database.query<{ state: string }>('SELECT state FROM messages WHERE id = $1', [id])).rows[0]?.state;

const untilState = (run: Run, ids: readonly string[], state: string): Promise<void> =>
  until(`${ids.length} messages ${state}`, async () => {
    const states = await Promise.all(ids.map((id) => stateOf(run, id)));
    return states.every((each) => each === state);
  });

/** A run by the clock may hold the lease, so the schedule is run until what it is for has happened. */
const runUntil = (run: Run, schedule: string, what: string, happened: () => Promise<boolean>): Promise<void> =>
  until(what, async () => {
    await run.signalbox.cloud.runSchedule(schedule);
    return happened();
  });

const askProbes = async ({ signalbox }: Run): Promise<void> => {
  const response = await fetch(new URL('/readyz', signalbox.cloud.apiUrl));
  if (!response.ok) throw new Error(`GET /readyz: ${response.status} ${await response.text()}`);
};

const sendEveryPriority = async (run: Run): Promise<void> => {
  const ids = await Promise.all(priorities.map((priority) => submit(run, { priority })));
  await untilState(run, ids, 'DELIVERED');
};

/** Scheduled messages whose time has come, and a callback whose last attempt is due and fails for good. */
const dispatchDue = async (run: Run): Promise<void> => {
  const { database } = run;
  const ids = await Promise.all(priorities.map((priority) => submit(run, { priority, send_at: inOneHour() })));
  await database.query(
    `UPDATE messages SET created_at = now() - interval '1 minute', next_attempt_at = now() WHERE id = ANY($1)`,
    [ids],
  );
  const { rows } = await database.query<{ id: string }>(
    `UPDATE callbacks SET state = 'PENDING', queued_at = NULL, finished_at = NULL, next_attempt_at = now(),
       created_at = now() - interval '2 days', url = url || '?status=500'
     WHERE id = (SELECT id FROM callbacks WHERE state = 'DELIVERED' LIMIT 1) RETURNING id`,
  );
  await runUntil(run, 'dispatch-due', 'dispatching', async () => (await stateOf(run, ids[0] ?? '')) !== 'SCHEDULED');
  await until('giving the callback up', async () => {
    const found = await database.query('SELECT FROM callbacks WHERE id = $1 AND state = $2', [rows[0]?.id, 'FAILED']);
    return found.rowCount === 1;
  });
  await untilState(run, ids, 'DELIVERED');
};

/** A test message that goes at once and one that is scheduled, under a key that is repeated. */
const sendUnderTestKey = async (run: Run): Promise<void> => {
  const { cloud, client } = run.signalbox;
  const asAdmin = { 'x-api-key': client.adminApiKey, 'content-type': 'application/json' };
  const response = await fetch(new URL(`/v1/admin/clients/${client.clientId}/keys`, cloud.apiUrl), {
    method: 'POST',
    headers: asAdmin,
    body: JSON.stringify({ name: 'test', scopes: ['messages:write'], is_test: true }),
  });
  const { api_key: key } = (await response.json()) as { api_key: string };
  const headers = { 'x-api-key': key, 'idempotency-key': `test-${Date.now()}` };
  const ids = [await submit(run, {}, headers), await submit(run, { send_at: inOneHour() }, { 'x-api-key': key })];
  await submit(run, {}, headers);
  await run.database.query(
    `UPDATE messages SET created_at = now() - interval '1 minute', next_attempt_at = now() WHERE id = $1`,
    [ids[1]],
  );
  await runUntil(run, 'dispatch-due', 'dispatching', async () => (await stateOf(run, ids[1] ?? '')) !== 'SCHEDULED');
  await untilState(run, ids, 'DELIVERED');
  await fetch(new URL('/v1/admin/dead-letters', cloud.apiUrl), { headers: asAdmin });
};

const removeExpired = async (run: Run): Promise<void> => {
  const id = await submit(run, { send_at: inOneHour() });
  await run.database.query(`UPDATE messages SET expires_at = now() - interval '1 minute' WHERE id = $1`, [id]);
  await runUntil(run, 'remove-expired', 'expiring', async () => (await stateOf(run, id)) === 'EXPIRED');
};

/** A new signing secret, and a callback that the client asks for. */
const testCallbacks = async ({ signalbox: { cloud, client }, database }: Run): Promise<void> => {
  for (const path of ['secret', 'test']) {
    const url = new URL(`/v1/callback-settings/${path}`, cloud.apiUrl);
    const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': client.apiKey } });
    if (!response.ok) throw new Error(`POST ${url.pathname}: ${response.status} ${await response.text()}`);
  }
  await until('the test callback', async () => {
    const { rowCount } = await database.query(
      `SELECT FROM callbacks WHERE type = 'callback.test' AND state = 'DELIVERED'`,
    );
    return (rowCount ?? 0) > 0;
  });
};

/** A number of the demo client gets a STOP: the client is told, and the telephone answered. */
const receiveInbound = async ({ signalbox, database }: Run): Promise<void> => {
  const { clientId } = signalbox.client;
  await database.query(`UPDATE clients SET callback_types = callback_types || '{message.received}' WHERE id = $1`, [
    clientId,
  ]);
  await database.query(`INSERT INTO inbound_numbers (id, number, client_id) VALUES (new_uuid_v7(), '12345', $1)`, [
    clientId,
  ]);
  signalbox.smsc?.injectMo({ source: '491700000077', destination: '12345', text: 'STOP' });
  await until('answering the inbound message', async () => {
    const { rowCount } = await database.query(
      `SELECT FROM messages WHERE recipient = '491700000077' AND tells_opt_out AND state = 'DELIVERED'`,
    );
    return rowCount === 1;
  });
};

/** What the bridge cannot read it gives back, until it is a dead letter. */
const giveBack = async ({ signalbox: { cloud } }: Run): Promise<void> => {
  const sqs = new SQSClient({
    region: 'eu-central-1',
    endpoint: cloud.endpoints.sqs,
    credentials: cloud.operatorCredentials,
    useQueueUrlAsEndpoint: false,
  });
  for (const priority of priorities)
    await sqs.send(new SendMessageCommand({ QueueUrl: cloud.queueUrl(`deliveries-${priority}`), MessageBody: 'odd' }));
  await until('giving unreadable deliveries back', () => {
    const given = cloud.access.uses().filter(({ action }) => action === 'sqs:ChangeMessageVisibility');
    return given.length >= priorities.length;
  });
};

const postAsOperator = async ({ signalbox: { cloud, client } }: Run, path: string, body: object): Promise<void> => {
  const response = await fetch(new URL(`/v1/admin/${path}`, cloud.apiUrl), {
    method: 'POST',
    headers: { 'x-api-key': client.adminApiKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
};

/** What an HTTP provider says of a message, signed with its key. */
const postReceipt = async (cloud: DevCloud, secret: string): Promise<void> => {
  const receipt = { message_id: 'unheard-of', to: '491700000001', state: 'DELIVERED' };
  const body = JSON.stringify({ receipts: [receipt] });
  const signature = signCallback({ body, at: Math.floor(Date.now() / 1000), secrets: [secret] });
  const response = await fetch(new URL('/v1/receipts/web', cloud.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'signalbox-signature': signature },
    body,
  });
  if (response.status !== 202) throw new Error(`A receipt: ${response.status} ${await response.text()}`);
};

/** Providers that nothing is routed to, with its password, made and removed through the API. */
const administerProviders = async ({ signalbox: { cloud, client } }: Run): Promise<void> => {
  const ask = async (method: string, path: string, body?: object): Promise<void> => {
    const response = await fetch(new URL(path, cloud.apiUrl), {
      method,
      headers: { 'x-api-key': client.adminApiKey, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  const provider = { host: 'smsc.example.com', port: 2775, system_id: 'box', password: 'secret08' };
  await ask('POST', '/v1/admin/providers', { name: 'spare', kind: 'smpp', enabled: false, ...provider });
  await ask('PATCH', '/v1/admin/providers/spare', { password: 'another8' });
  await ask('DELETE', '/v1/admin/providers/spare');
  const web = { url: 'https://sms.example.com/messages', password: 'signs-what-web-posts' };
  await ask('POST', '/v1/admin/providers', { name: 'web', kind: 'http', enabled: false, ...web });
  await postReceipt(cloud, web.password);
  await ask('DELETE', '/v1/admin/providers/web');
};
/** A key for the demo client, issued through the API. */
const issueKey = (run: Run): Promise<void> =>
  postAsOperator(run, `clients/${run.signalbox.client.clientId}/keys`, { name: 'may it?', scopes: ['messages:read'] });

interface PushToTry {
  readonly card: DemoCard | undefined;
  readonly priority: (typeof priorities)[number];
  readonly isTest?: boolean;
  /** Another version of its keys, whose labels the HSM does not know. */
  readonly hasLostKeys?: boolean;
  readonly ends: 'SUCCEEDED' | 'FAILED';
}

const [aesCard, desCard] = demoCards;
/** Keys in the HSM and sealed ones, every queue, and one that the HSM will not build: its client is told. */
const pushesToTry: readonly PushToTry[] = [
  { card: aesCard, priority: 'normal', ends: 'SUCCEEDED' },
  { card: desCard, priority: 'high', ends: 'SUCCEEDED' },
  { card: aesCard, priority: 'bulk', ends: 'SUCCEEDED' },
  { card: aesCard, priority: 'normal', isTest: true, ends: 'SUCCEEDED' },
  { card: aesCard, priority: 'normal', hasLostKeys: true, ends: 'FAILED' },
];
const lostVersion = 2;

const acceptPushToTry = async (
  run: Run,
  { card, priority, isTest = false, hasLostKeys }: PushToTry,
): Promise<string> => {
  if (!card) throw new Error('There is no such card');
  const { iccid, msisdn, algorithm } = card;
  const version = hasLostKeys ? lostVersion : card.keyVersion;
  const octet = (version << 4) | (algorithm === 'aes' ? 0x2 : 0x5);
  // The simulator of test keys has no card: nothing answers.
  const [spi, por] = isTest ? (['1600', 'none'] as const) : (['1639', 'always'] as const);
  const id = uuidV7();
  const accepted = await acceptPush(
    operatorSql(run.signalbox.cloud),
    {
      ...{ iccid, key_version: version, tar: demoTar, por, format: 'compact', data_hex: '00a40004023f00' },
      ...{ security: { spi, kic: octet, kid: octet, quirks: standardQuirks }, reference_bits: 8 },
    },
    {
      ...{ id, client_id: run.signalbox.client.clientId, recipient: msisdn, country: 'DE', sender: null, parts: 1 },
      ...{ priority, validity_seconds: 3_600, callback_url: null, reference: null, metadata: null },
      ...{ is_test: isTest, correlation_id: 'use-everything' },
    },
  );
  if (accepted.outcome !== 'accepted') throw new Error(`The push was ${accepted.outcome}`);
  return id;
};

/** One push after the other, each until the card has answered. */
const pushToCards = async (run: Run): Promise<void> => {
  const { database } = run;
  await database.query(
    `INSERT INTO card_keysets (iccid, version, kic_algorithm, kid_algorithm, location, kic, kid)
     VALUES ($1, $2, 'aes-cbc', 'aes-cmac', 'hsm', 'lost', 'lost') ON CONFLICT DO NOTHING`,
    [aesCard?.iccid, lostVersion],
  );
  const is = async (id: string, condition: string) =>
    (await database.query(`SELECT FROM pushes WHERE id = $1 AND ${condition}`, [id])).rowCount === 1;
  for (const push of pushesToTry) {
    const id = await acceptPushToTry(run, push);
    await database.query(`UPDATE pushes SET created_at = now() - interval '1 minute' WHERE id = $1`, [id]);
    await runUntil(run, 'dispatch-due', 'waking the card', () => is(id, `state <> 'WAITING'`));
    await until('the end of the push', () => is(id, `state = '${push.ends}'`));
  }
};

/** A card whose keys serve-api seals. */
const importCard = (run: Run): Promise<void> => {
  const algorithms = { kic_algorithm: 'aes-cbc', kid_algorithm: 'aes-cmac' };
  const keys = { version: 1, kic: '00'.repeat(16), kid: '11'.repeat(16) };
  const line = { line: 1, iccid: '8949000000000004044', profile: 'demo', ...algorithms, ...keys };
  return postAsOperator(run, 'cards', { lines: [line] });
};

const askCas = async <Body>({ signalbox: { cloud, client } }: Run, path: string, body: object): Promise<Body> => {
  const response = await fetch(new URL(path, cloud.apiUrl), {
    method: 'POST',
    headers: { 'x-api-key': client.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Body;
};

const untilCasProcessed = ({ database }: Run, what: string, where: string): Promise<void> =>
  until(what, async () => {
    const { rowCount } = await database.query(`SELECT FROM sms_requests WHERE processed_at IS NOT NULL AND ${where}`);
    return (rowCount ?? 0) > 0;
  });

/**
 * A request by the API, one by SMS, one under a test key, one that is left to dispatch-due; an EMM; and the keys, told to
 * the cards and wrapped anew.
 */
const useConditionalAccess = async (run: Run): Promise<void> => {
  const { signalbox, database } = run;
  const { clientId } = signalbox.client;
  const sender = '+491700000501';
  const { id } = await askCas<{ id: string }>(run, '/v1/cas/requests', { sender, message: 'ACT 1234567897 SPORT' });
  await untilCasProcessed(run, 'a request by the API', `id = '${id}'`);
  signalbox.smsc?.injectMo({ source: '491700000502', destination: demoCas.number, text: 'BAL 1234567897' });
  await untilCasProcessed(run, 'a request by SMS', `sender = '491700000502'`);
  await database.query(
    `INSERT INTO sms_requests (id, client_id, source, sender, message, text_hash, is_test, correlation_id, received_at)
     VALUES (gen_random_uuid(), $1, 'api', '491700000503', 'HELP', 'left', true, 'left', now() - interval '5 minutes')`,
    [clientId],
  );
  await run.signalbox.cloud.runSchedule('dispatch-due');
  await untilCasProcessed(run, 'a request that was left behind', `sender = '491700000503'`);
  const commands = [{ command: 'entitlement_reset' }];
  await askCas(run, '/v1/cas/emms', { class: 'global', kind: 'all', commands });
  await database.query(
    `UPDATE key_epochs SET wrapped_at = now() - interval '91 days', activated_at = now() - interval '91 days'
     WHERE client_id = $1`,
    [clientId],
  );
  await runUntil(run, 'rotate-keys', 'wrapping a key anew, and making the next one', async () => {
    const { rowCount } = await database.query(
      `SELECT FROM key_epochs WHERE client_id = $1 AND wrapped_at > now() - interval '1 day'`,
      [clientId],
    );
    return rowCount === 2;
  });
};

/** The demo's carousel is on air, by what its log says, and is planned. */
const planCarousels = async (run: Run): Promise<void> => {
  await runUntil(run, 'cycle-emms', 'planning a carousel that is on air', async () => {
    const { rowCount } = await run.database.query('SELECT FROM carousels WHERE on_air_seconds IS NOT NULL');
    return (rowCount ?? 0) > 0;
  });
};

/** The schedule finds no hour that is old enough; this one is written because it is asked for. */
const exportCdrs = async ({ signalbox: { cloud } }: Run): Promise<void> => {
  await cloud.runSchedule('export-cdrs');
  await until('writing call detail records', async () => {
    const done = (await cloud.invoke('export-cdrs', { hour: new Date().toISOString() })) as { outcome: string };
    return done.outcome === 'done';
  });
};

const steps = {
  'the probes': askProbes,
  'every priority': sendEveryPriority,
  'what is due, and a callback that is given up': dispatchDue,
  'what is expired': removeExpired,
  'a callback to try them': testCallbacks,
  'a key that is issued': issueKey,
  'a provider with its password': administerProviders,
  'a test key': sendUnderTestKey,
  'a canary': async ({ signalbox }: Run) => void (await signalbox.cloud.runSchedule('send-canary')),
  partitions: async ({ signalbox }: Run) => void (await signalbox.cloud.runSchedule('maintain-partitions')),
  'the books': async ({ signalbox }: Run) => void (await signalbox.cloud.runSchedule('reconcile-ledger')),
  'the figures': async ({ signalbox }: Run) => void (await signalbox.cloud.runSchedule('sum-statistics')),
  'call detail records': exportCdrs,
  'a message from a telephone': receiveInbound,
  'a push to each card': pushToCards,
  'a card that is imported': importCard,
  'deliveries that nobody can read': giveBack,
  'conditional access': useConditionalAccess,
  carousels: planCarousels,
};

const runAll = async (signalbox: Signalbox, say: Say): Promise<void> => {
  const { cloud, client, callbacks } = signalbox;
  const database = new pg.Pool({ connectionString: cloud.database.connectionString, max: 4 });
  try {
    const options = { apiUrl: cloud.apiUrl, apiKey: client.apiKey, callbacks, say: () => undefined, timeoutMs: stepMs };
    await runJourney(options);
    say('one message went all the way');
    await runPushJourney(options);
    say('one push went all the way');
    for (const [name, step] of Object.entries(steps)) {
      await step({ signalbox, database, say });
      say(name);
    }
  } finally {
    await database.end();
  }
};

const untilDenied = async ({ access }: DevCloud, stop: AbortSignal): Promise<void> => {
  while (!stop.aborted && access.denials().length === 0) await sleep(100);
};

/**
 * Has every program of Signalbox do all that it does: a message on each way, what schedules are for, an inbound
 * message, a callback given up. Ends at once when a call is denied, since what needed it would only be waited for.
 *
 * @throws Error naming the step that did not come about, when nothing was denied.
 */
export const useEverything = async (signalbox: Signalbox, say: Say): Promise<void> => {
  const ended = new AbortController();
  const all = runAll(signalbox, say).finally(() => ended.abort());
  const denied = untilDenied(signalbox.cloud, ended.signal);
  await Promise.race([all, denied]);
  if (signalbox.cloud.access.denials().length > 0) {
    // What it still waits for fails when the cloud stops, and its reason is known.
    all.catch(() => undefined);
    return;
  }
  await all;
};
