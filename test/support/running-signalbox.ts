import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import type { AccountView } from '#shared/contracts/credit.ts';
import type { AcceptedMessage, MessageView } from '#shared/contracts/messages.ts';
import type { CallbackReceiver, ReceivedCallback } from '../../local/callback-receiver/start-callback-receiver.ts';
import type { DevCloud } from '../../local/cloud/dev-cloud.ts';
import type { Receiver } from '../../local/mux/receiver.ts';
import type { Mux } from '../../local/mux/start-mux.ts';
import type { DemoClient } from '../../local/run/seed.ts';
import { type Signalbox, type SignalboxOptions, startSignalbox } from '../../local/run/start-signalbox.ts';
import type { Smsc } from '../../local/smsc/start-smsc.ts';
import { type ApiAnswer, type ApiCall, createApiClient } from './api-client.ts';
import type { TestDatabase } from './database.ts';
import { type IssuedClient, issueClient, type WantedClient } from './issue-client.ts';
import { type Patience, until } from './until.ts';

/** All of Signalbox on this machine, and what a test does with it. Where a key may be given, the demo client's is usual. */
export interface RunningSignalbox {
  readonly cloud: DevCloud;
  readonly smsc: Smsc;
  /** The cards in the telephones that the simulator reaches, by number. */
  readonly sims: Signalbox['sims'];
  readonly callbacks: CallbackReceiver;
  /** The HSM in which the keys of the demo cards are. */
  readonly hsm: Signalbox['hsm'];
  /** What the demo client's carousel goes to, and the box that listens to it. */
  readonly mux: Mux;
  readonly receiver: Receiver;
  /** The client whose callbacks go to the receiver. */
  readonly client: DemoClient;
  /** What commands read: keys and addresses. */
  readonly endpointsFile: string;
  /** As the operator. */
  readonly sqs: SQSClient;
  readonly query: TestDatabase['query'];
  api<Body = unknown>(method: string, path: string, call?: ApiCall): Promise<ApiAnswer<Body>>;
  /** Every answer of the API so far. */
  readonly answers: readonly ApiAnswer[];
  /** Posts a message. @throws Error when it was not answered 202. */
  send(message: object, call?: Omit<ApiCall, 'body'>): Promise<AcceptedMessage>;
  /** @throws Error when it was not answered 200. */
  message(id: string, key?: string): Promise<MessageView>;
  account(key?: string): Promise<AccountView>;
  waitForFinal(id: string, patience?: Patience): Promise<MessageView>;
  waitForStatus(id: string, status: MessageView['status'], patience?: Patience): Promise<MessageView>;
  /** What has been called back about a message so far. */
  callbacksFor(id: string): readonly ReceivedCallback[];
  issueClient(wanted: WantedClient): Promise<IssuedClient>;
  stop(): Promise<void>;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** What a fault suite wants beside. */
export type RunningOptions = Pick<SignalboxOptions, 'faults' | 'longestRestartMs'>;

/** What it said while it started is the best account of why it did not. */
const start = async (dataDirectory: string, options: RunningOptions): Promise<Signalbox & { readonly smsc: Smsc }> => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const common = { repository, dataDirectory, apiPort: 0, fsync: false, say };
  const signalbox = await startSignalbox({ ...common, ...options }).catch((cause: unknown) => {
    throw new Error(`Signalbox did not start: ${String(cause)}\n${lines.join('\n')}`, { cause });
  });
  if (!signalbox.smsc) throw new Error('It runs against a real SMSC.');
  return { ...signalbox, smsc: signalbox.smsc };
};

const expecting = <Body>(status: number, { status: actual, body, text }: ApiAnswer<Body>): Body => {
  if (actual !== status) throw new Error(`The API answered ${actual}, not ${status}: ${text}`);
  return body;
};

const connect = ({ cloud }: Signalbox) => {
  const { database, endpoints, operatorCredentials: credentials } = cloud;
  const pool = new pg.Pool({ connectionString: database.connectionString, max: 5 });
  pool.on('error', () => undefined);
  return {
    pool,
    sqs: new SQSClient({ region: 'eu-central-1', endpoint: endpoints.sqs, credentials, useQueueUrlAsEndpoint: false }),
  };
};

/** Starts a Signalbox of its own in a temporary directory, on free ports. Once a test file: it takes some seconds. */
export const startRunningSignalbox = async (options: RunningOptions = {}): Promise<RunningSignalbox> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'signalbox-e2e-'));
  const signalbox = await start(dataDirectory, options);
  const { cloud, client, callbacks } = signalbox;
  const { call: api, answers } = createApiClient(cloud.apiUrl, client.apiKey);
  const { pool, sqs } = connect(signalbox);
  const query: TestDatabase['query'] = async (text, values = []) => (await pool.query(text, [...values])).rows;
  const message = async (id: string, key = client.apiKey) =>
    expecting(200, await api<MessageView>('GET', `/v1/messages/${id}`, { key }));
  const waitFor = (what: string, id: string, isIt: (view: MessageView) => boolean, patience?: Patience) =>
    until(
      `message ${id} is ${what}`,
      async () => {
        const view = await message(id);
        return isIt(view) && view;
      },
      patience,
    );
  return {
    ...signalbox,
    sqs,
    query,
    api,
    answers,
    message,
    send: async (body, call) => expecting(202, await api<AcceptedMessage>('POST', '/v1/messages', { ...call, body })),
    account: async (key = client.apiKey) => expecting(200, await api<AccountView>('GET', '/v1/account', { key })),
    waitForFinal: (id, patience) => waitFor('final', id, (view) => view.final_at !== null, patience),
    waitForStatus: (id, status, patience) => waitFor(status, id, (view) => view.status === status, patience),
    callbacksFor: (id) => callbacks.received().filter(({ body }) => body?.includes(id)),
    issueClient: (wanted) => issueClient(cloud, { query }, wanted),
    stop: async () => {
      sqs.destroy();
      await pool.end();
      await signalbox.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
};
