import type { ProblemCode } from '#shared/contracts/problems.ts';
import type { routes } from '#shared/contracts/routes.ts';
import { demoCards, demoTar } from '../../local/sim/demo-cards.ts';
import type { RunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

type AnyRoute = (typeof routes)[number];
/** Routes that are open ask for no key, and so nothing in their paths is any client's. */
type Guarded = Exclude<AnyRoute, { readonly scope: null }>;
/** Operations of routes that name something in their path. */
type Naming = Extract<Guarded, { readonly path: `${string}{${string}` }>['operation'];
type Posting = Extract<Guarded, { readonly method: 'POST' }>['operation'];

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
  /** Of administration too: a provider that has two prices, a route, and a number that telephones have written to. */
  readonly provider: string;
  readonly route: string;
  readonly shortCode: string;
  readonly push: string;
  /** Of a CA system: a subscriber's request, and an EMM. */
  readonly casRequest: string;
  readonly emm: string;
  readonly carousel: string;
}

/** What a path's parameters are filled with, and what another client is told. */
export interface Named {
  readonly fill: (of: Belongings) => Readonly<Record<string, string>>;
  /**
   * `own`: what is named is nobody's, a number say, and the route is about the caller's own dealings with it.
   * `auth.forbidden` stands for all of administration: its routes are about every client, and for the operator alone.
   */
  readonly refusal: ProblemCode | 'own';
  /** What the route cannot be asked without. */
  readonly body?: object;
}

const carousel: Named = { fill: (of) => ({ id: of.carousel }), refusal: 'carousel.not_found' };
const message: Named = { fill: (of) => ({ id: of.message }), refusal: 'message.not_found' };
const callback: Named = { fill: (of) => ({ id: of.callbacks[0] }), refusal: 'callback.not_found' };
const optOut: Named = { fill: (of) => ({ msisdn: of.numbers[0] }), refusal: 'opt_out.not_found' };
const number: Named = { fill: (of) => ({ msisdn: of.numbers[1] }), refusal: 'own' };
const client: Named = { fill: (of) => ({ id: of.client }), refusal: 'auth.forbidden' };
const key: Named = { fill: (of) => ({ id: of.client, key_id: of.keys[0] }), refusal: 'auth.forbidden' };

const removablePrice = '998';
const provider: Named = { fill: (of) => ({ name: of.provider }), refusal: 'auth.forbidden' };
const route: Named = { fill: (of) => ({ id: of.route }), refusal: 'auth.forbidden' };
const shortCode: Named = { fill: (of) => ({ id: of.shortCode }), refusal: 'auth.forbidden' };
const walkedTar = 'b00098';
const iccid = demoCards[0]?.iccid ?? '';
const card: Named = { fill: () => ({ iccid }), refusal: 'auth.forbidden' };
const group = '4711';
const casCards = ['1234567897', '4111111111111111'] as const;
const barred = ['491700000406', '491700000407'] as const;
const casCard: Named = { fill: (of) => ({ id: of.client, card: casCards[0] }), refusal: 'auth.forbidden' };
const sender: Named = { fill: (of) => ({ id: of.client, msisdn: barred[0] }), refusal: 'auth.forbidden' };
const stream: Named = { fill: (of) => ({ id: of.client, name: 'walked' }), refusal: 'auth.forbidden' };
const tar: Named = { fill: (of) => ({ id: of.client, tar: walkedTar }), refusal: 'auth.forbidden' };

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
  removePrice: { fill: () => ({ prefix: removablePrice }), refusal: 'auth.forbidden' },
  getProvider: provider,
  changeProvider: provider,
  removeProvider: provider,
  getProviderState: provider,
  getProviderStatistics: provider,
  listProviderPrices: provider,
  setProviderPrices: provider,
  removeProviderPrice: { fill: (of) => ({ name: of.provider, prefix: removablePrice }), refusal: 'auth.forbidden' },
  getRoute: route,
  changeRoute: route,
  removeRoute: route,
  getNumber: shortCode,
  changeNumber: shortCode,
  removeNumber: shortCode,
  getPush: { fill: (of) => ({ id: of.push }), refusal: 'push.not_found' },
  putCardProfile: { fill: () => ({ name: 'walked' }), refusal: 'auth.forbidden' },
  getCard: card,
  releaseCard: card,
  listTarAllowances: client,
  putTarAllowance: tar,
  removeTarAllowance: tar,
  getCasSystem: client,
  putCasSystem: client,
  changeCasSystem: client,
  listCasGroups: client,
  putCasGroup: { fill: (of) => ({ id: of.client, number: group }), refusal: 'auth.forbidden' },
  importCasCards: client,
  listCasCards: client,
  getCasCard: casCard,
  changeCasCard: casCard,
  listCasBarredSenders: client,
  barCasSender: sender,
  unbarCasSender: sender,
  listClientCarousels: client,
  putCarousel: stream,
  removeCarousel: stream,
  getCasRequest: { fill: (of) => ({ id: of.casRequest }), refusal: 'cas_request.not_found' },
  getCarousel: carousel,
  changeCarousel: { ...carousel, body: { is_paused: false } },
  getEmm: { fill: (of) => ({ id: of.emm }), refusal: 'emm.not_found' },
};

export interface Repeatable {
  readonly body?: object;
  /** Where it names something: none of what the walk of the paths has used up. */
  readonly fill?: Named['fill'];
  /** What another client is told who sends the same under the same idempotency key; null: it is done for him too. */
  readonly refusal: ProblemCode | null;
}

const hello = { to: '+491700000411', text: 'hello' };
/** A card executes it and is as it was: SELECT of its root. */
const select = { iccid, tar: demoTar, apdus: ['00a40004023f00'] };
const text = { sender: '+491700000411', message: 'HELP' };
const emms = ['first', 'second', 'third'].map((kind) => ({
  class: 'global',
  kind,
  commands: [{ command: 'entitlement_remove', product: 17 }],
}));
const keyless = { iccid: '8949000000000009018', profile: 'demo', version: 1 };
const line = { ...keyless, line: 1, kic_algorithm: 'aes-cbc', kid_algorithm: 'aes-cmac' };
/** Nothing is ever sent to it. */
const idle = { kind: 'smpp', host: 'smsc.example.com', port: 2775, system_id: 'walked', enabled: false };

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
  createProvider: { body: { ...idle, name: 'walked-again' }, refusal: 'provider.name_taken' },
  createRoute: { body: { prefix: '996', candidates: [{ provider: 'primary' }] }, refusal: 'route.conflict' },
  createNumber: { body: { number: '70402' }, refusal: 'number.taken' },
  submitPush: { body: select, refusal: null },
  importCards: { body: { lines: [{ ...line, kic: '00'.repeat(16), kid: '11'.repeat(16) }] }, refusal: null },
  releaseCard: { fill: card.fill, refusal: null },
  importCasCards: { fill: client.fill, body: { lines: [{ line: 1, card: '79927398713', group }] }, refusal: null },
  submitCasRequest: { body: text, refusal: null },
  createEmm: { body: emms[2] ?? {}, refusal: null },
  encryptEmms: { body: { emms: emms.map(({ kind: _kind, ...emm }) => emm) }, refusal: null },
};

type AsOperator = <Body>(method: string, path: string, body: object) => Promise<Body>;

/** A provider with its prices, and a route that is not the one for everything. */
const makeProvider = async (asOperator: AsOperator): Promise<Pick<Belongings, 'provider' | 'route'>> => {
  const { name } = await asOperator<{ name: string }>('POST', '/providers', { ...idle, name: 'walked' });
  const prices = ['997', removablePrice].map((prefix) => ({ prefix, part_cost_micros: 60_000 }));
  await asOperator('PUT', `/providers/${name}/prices`, { prices });
  const candidates = [{ provider: 'primary' }];
  const { id } = await asOperator<{ id: string }>('POST', '/routes', { prefix: '997', candidates });
  return { provider: name, route: id };
};

/** Two numbers, of which one is the demo client's and has been written to twice. */
const makeNumbers = async (box: RunningSignalbox, asOperator: AsOperator): Promise<Pick<Belongings, 'shortCode'>> => {
  const number = '70400';
  const owned = { number, client_id: box.client.clientId };
  const { id } = await asOperator<{ id: string }>('POST', '/numbers', owned);
  await asOperator('POST', '/numbers', { number: '70401' });
  for (const text of ['first', 'second']) box.smsc.injectMo({ source: '491700000405', destination: number, text });
  await until('two messages from a telephone are listed', async () => {
    const { body } = await box.api<{ messages: object[] }>('GET', `/v1/inbound-messages?to=${number}`);
    return body.messages.length === 2;
  });
  return { shortCode: id };
};

type AsClient = <Body>(method: string, path: string, body?: object) => Promise<Body>;

/** Two of each. */
const makePushes = async (
  asClient: AsClient,
  asOperator: AsOperator,
  client: string,
): Promise<Pick<Belongings, 'push'>> => {
  await asOperator('PUT', '/card-profiles/walked', {});
  for (const each of [walkedTar, 'b00099']) await asOperator('PUT', `/clients/${client}/tars/${each}`, {});
  await asClient('POST', '/v1/pushes', select);
  const { id } = await asClient<{ id: string }>('POST', '/v1/pushes', select);
  return { push: id };
};

const makeCas = async (asClient: AsClient): Promise<Pick<Belongings, 'casRequest' | 'emm' | 'carousel'>> => {
  const make = async (path: string, body: object) => (await asClient<{ id: string }>('POST', path, body)).id;
  await make('/v1/cas/requests', { ...text, message: 'BAL 1234567897' });
  await make('/v1/cas/emms', emms[0] ?? {});
  const { carousels } = await asClient<{ carousels: readonly { id: string }[] }>('GET', '/v1/cas/carousels');
  return {
    casRequest: await make('/v1/cas/requests', text),
    emm: await make('/v1/cas/emms', emms[1] ?? {}),
    carousel: carousels[0]?.id ?? '',
  };
};

/** A CA system of nobody's cards: two of each list, and a carousel from which nothing goes out. */
const makeCasSystem = async (asOperator: AsOperator, client: string): Promise<void> => {
  const of = `/clients/${client}`;
  await asOperator('PUT', `${of}/cas-system`, { ca_system_id: 0x4a02 });
  for (const each of [group, '4712']) await asOperator('PUT', `${of}/cas-groups/${each}`, { key: '33'.repeat(32) });
  const lines = casCards.map((number, i) => ({ line: i + 1, card: number, group }));
  await asOperator('POST', `${of}/cas-cards`, { lines });
  for (const each of barred) await asOperator('PUT', `${of}/cas-barred-senders/${each}`, {});
  await asOperator('PUT', `${of}/carousels/walked`, { output: 'log' });
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
  await makeCasSystem(asOperator, owned.id);
  const prices = ['997', removablePrice].map((prefix) => ({ prefix, part_price_cents: 5 }));
  await asOperator('PUT', '/prices', { client_id: null, prices });
  return {
    message: scheduled,
    callbacks: [first ?? '', second ?? ''],
    numbers,
    erasure,
    client: owned.id,
    keys: [await issue('first'), await issue('second')],
    ...(await makeProvider(asOperator)),
    ...(await makeNumbers(box, asOperator)),
    ...(await makePushes(made, asOperator, owned.id)),
    ...(await makeCas(made)),
  };
};
