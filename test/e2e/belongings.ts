import type { ProblemCode } from '#shared/contracts/problems.ts';
import type { routes } from '#shared/contracts/routes.ts';
import type { RunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

type AnyRoute = (typeof routes)[number];
/** Operations of routes that name something in their path. */
type Naming = Extract<AnyRoute, { readonly path: `${string}{${string}` }>['operation'];
type Posting = Extract<AnyRoute, { readonly method: 'POST' }>['operation'];

/** One object, or two, of each kind that a path can name. All are the demo client's. */
export interface Belongings {
  readonly message: string;
  /** Both DELIVERED: a replay leaves one PENDING. */
  readonly callbacks: readonly [string, string];
  /** On the opt-out list, and with a message each. */
  readonly numbers: readonly [string, string];
  readonly erasure: string;
  /** Of administration: a client beside the demo client, and its keys. */
  readonly client: string;
  readonly keys: readonly [string, string];
}

/** What a path's parameters are filled with, and what another client is told. */
export interface Named {
  readonly fill: (of: Belongings) => Readonly<Record<string, string>>;
  /**
   * `own`: what is named is nobody's, a number say, and the route is about the caller's own dealings with it.
   * `auth.forbidden` stands for all of administration: its routes are about every client, and for the operator alone.
   */
  readonly refusal: ProblemCode | 'own';
}

const message: Named = { fill: (of) => ({ id: of.message }), refusal: 'message.not_found' };
const callback: Named = { fill: (of) => ({ id: of.callbacks[0] }), refusal: 'callback.not_found' };
const optOut: Named = { fill: (of) => ({ msisdn: of.numbers[0] }), refusal: 'opt_out.not_found' };
const number: Named = { fill: (of) => ({ msisdn: of.numbers[1] }), refusal: 'own' };
const client: Named = { fill: (of) => ({ id: of.client }), refusal: 'auth.forbidden' };
const key: Named = { fill: (of) => ({ id: of.client, key_id: of.keys[0] }), refusal: 'auth.forbidden' };

/** Of every route with a parameter: a new one is to be added here, or neither tsc nor the walk of the table passes. */
export const named: Readonly<Record<Naming, Named>> = {
  getMessage: message,
  getMessageTimeline: message,
  cancelMessage: message,
  getCallback: callback,
  replayCallback: callback,
  getOptOut: optOut,
  deleteOptOut: optOut,
  putOptOut: number,
  eraseRecipient: number,
  getErasure: { fill: (of) => ({ id: of.erasure }), refusal: 'erasure.not_found' },
  getClient: client,
  changeClient: client,
  suspendClient: client,
  resumeClient: client,
  createApiKey: client,
  listApiKeys: client,
  grantCredit: client,
  listClientLedger: client,
  rotateApiKey: key,
  revokeApiKey: key,
  removePrice: { fill: () => ({ prefix: '998' }), refusal: 'auth.forbidden' },
};

export interface Repeatable {
  readonly body?: object;
  /** Where it names something: none of what the walk of the paths has used up. */
  readonly fill?: Named['fill'];
  /** What another client is told who sends the same under the same idempotency key; null: it is done for him too. */
  readonly refusal: ProblemCode | null;
}

const hello = { to: '+491700000411', text: 'hello' };

/** Of every POST. */
export const repeatable: Readonly<Record<Posting, Repeatable>> = {
  submitMessage: { body: hello, refusal: null },
  submitBatch: { body: { messages: [hello] }, refusal: null },
  rotateCallbackSecret: { body: {}, refusal: null },
  testCallback: { refusal: null },
  replayCallback: { fill: (of) => ({ id: of.callbacks[1] }), refusal: 'callback.not_found' },
  createClient: { body: { name: 'Walked', part_price_cents: 5 }, refusal: null },
  suspendClient: { fill: client.fill, refusal: null },
  resumeClient: { fill: client.fill, refusal: null },
  createApiKey: { fill: client.fill, body: { name: 'walked', scopes: ['messages:read'] }, refusal: null },
  rotateApiKey: {
    fill: (of) => ({ id: of.client, key_id: of.keys[1] }),
    body: { overlap_seconds: 60 },
    refusal: 'api_key.not_active',
  },
  grantCredit: {
    fill: client.fill,
    body: { amount_cents: 1, kind: 'top_up', reason: 'walked' },
    refusal: null,
  },
};

/** As the demo client, and as the operator. */
export const makeBelongings = async (box: RunningSignalbox): Promise<Belongings> => {
  const numbers = ['491700000401', '491700000402'] as const;
  const made = async <Body>(method: string, path: string, body?: object, key = box.client.apiKey): Promise<Body> => {
    const answer = await box.api<Body>(method, path, { key, ...(body ? { body } : {}) });
    if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text}`);
    return answer.body;
  };
  const asOperator = <Body>(method: string, path: string, body: object) =>
    made<Body>(method, `/v1/admin${path}`, body, box.client.adminApiKey);
  const send_at = new Date(Date.now() + 3_600_000).toISOString();
  const { id: scheduled } = await box.send({ ...hello, send_at });
  for (const to of numbers) await box.send({ to, text: 'hello' });
  const [first, second] = await until('two callbacks are delivered', async () => {
    const { callbacks } = await made<{ callbacks: { id: string }[] }>('GET', '/v1/callbacks?state=DELIVERED');
    return callbacks.length >= 2 && callbacks.map(({ id }) => id);
  });
  // One is taken off the list on the way, and two are needed for two pages.
  for (const each of [...numbers, '491700000403']) await made('PUT', `/v1/opt-outs/${each}`);
  const { id: erasure } = await made<{ id: string }>('DELETE', '/v1/recipients/491700000499');
  const owned = await asOperator<{ id: string }>('POST', '/clients', { name: 'Owned', part_price_cents: 5 });
  const issue = async (name: string) => {
    const body = { name, scopes: ['messages:read'] };
    return (await asOperator<{ id: string }>('POST', `/clients/${owned.id}/keys`, body)).id;
  };
  for (const amount_cents of [1, 2])
    await asOperator('POST', `/clients/${owned.id}/credits`, { amount_cents, kind: 'top_up', reason: 'walked' });
  const prices = ['997', '998'].map((prefix) => ({ prefix, part_price_cents: 5 }));
  await asOperator('PUT', '/prices', { client_id: null, prices });
  return {
    message: scheduled,
    callbacks: [first ?? '', second ?? ''],
    numbers,
    erasure,
    client: owned.id,
    keys: [await issue('first'), await issue('second')],
  };
};
