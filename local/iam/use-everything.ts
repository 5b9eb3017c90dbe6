import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import type { DevCloud } from '../cloud/dev-cloud.ts';
import { runJourney } from '../run/journey.ts';
import type { Say } from '../run/say.ts';
import type { Signalbox } from '../run/start-signalbox.ts';

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

const receiveInbound = async ({ signalbox, database }: Run): Promise<void> => {
  signalbox.smsc?.injectMo({ source: '491700000001', destination: '12345', text: 'STOP' });
  await until('storing the inbound message', async () => {
    const { rowCount } = await database.query(`SELECT FROM inbound_messages WHERE destination_addr = '12345'`);
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

/** A key for the demo client, issued through the API. */
const issueKey = async ({ signalbox: { cloud, client } }: Run): Promise<void> => {
  const url = new URL(`/v1/admin/clients/${client.clientId}/keys`, cloud.apiUrl);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-api-key': client.adminApiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'may it?', scopes: ['messages:read'] }),
  });
  if (!response.ok) throw new Error(`POST ${url.pathname}: ${response.status} ${await response.text()}`);
};

const steps = {
  'the probes': askProbes,
  'every priority': sendEveryPriority,
  'what is due, and a callback that is given up': dispatchDue,
  'what is expired': removeExpired,
  'a callback to try them': testCallbacks,
  'a key that is issued': issueKey,
  'a test key': sendUnderTestKey,
  partitions: async ({ signalbox }: Run) => void (await signalbox.cloud.runSchedule('maintain-partitions')),
  'the books': async ({ signalbox }: Run) => void (await signalbox.cloud.runSchedule('reconcile-ledger')),
  'a message from a telephone': receiveInbound,
  'deliveries that nobody can read': giveBack,
};

const runAll = async (signalbox: Signalbox, say: Say): Promise<void> => {
  const { cloud, client, callbacks } = signalbox;
  const database = new pg.Pool({ connectionString: cloud.database.connectionString, max: 4 });
  try {
    await runJourney({
      apiUrl: cloud.apiUrl,
      apiKey: client.apiKey,
      callbacks,
      say: () => undefined,
      timeoutMs: stepMs,
    });
    say('one message went all the way');
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
