import { expect, test } from 'vitest';
import type { Accepted, IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import type { QuotedMessage } from '#shared/contracts/messages.ts';
import type { Routing } from '#shared/domain/routing/choose-providers.ts';
import { acceptedRow } from '../../../test/support/accepted-row.ts';
import { apiCaller, apiRequest } from '../../../test/support/api-request.ts';
import { createSubmitMessage, type Submissions } from './submit-message.ts';

const hello = { to: '+491700000001', text: 'hello' };

const routing: Routing = {
  outcome: 'routed',
  route: { id: acceptedRow().id, prefix: '49', client_id: null, kind: null, priority: null, candidates: [] },
  candidates: [
    { provider: 'first', score: 0.9, part_cost_micros: 6_500, success_rate: 0.99, latency_ms: 1_200 },
    { provider: 'second', score: 0.5, part_cost_micros: null, success_rate: 0.95, latency_ms: null },
  ],
};

/** A world that remembers what was done to it. */
const createWorld = (answer: Accepted = { outcome: 'accepted', message: acceptedRow() }) => {
  const accepted: { message: NewMessage; key: IdempotencyKey | null }[] = [];
  const enqueued: string[] = [];
  const world: Submissions = {
    now: () => new Date('2026-11-21T08:00:00Z'),
    newId: () => acceptedRow().id,
    exemptOrigins: [],
    accept: async (message, key) => {
      accepted.push({ message, key });
      return answer;
    },
    quote: async () => ({ sender: 'Acme', part_price_cents: 5, cost_cents: 10, refusal: null }),
    route: async () => routing,
    enqueue: async (messages) => void enqueued.push(...messages.map(({ id }) => id)),
  };
  return { world, accepted, enqueued };
};

test('an accepted message is queued at once and named by Location', async () => {
  const { world, enqueued } = createWorld();
  const { id } = acceptedRow();
  expect(await createSubmitMessage(world)(apiRequest({ body: hello }))).toMatchObject({
    status: 202,
    body: { id, status: 'QUEUED', is_test: false },
    headers: { location: `/v1/messages/${id}` },
  });
  expect(enqueued).toEqual([id]);
});

test.each([
  [900, 1],
  [901, 0],
])('a message scheduled in %i s is queued now %i times: SQS delays for 15 minutes', async (delay_seconds, times) => {
  const message = acceptedRow({ scheduled: true, delay_seconds });
  const { world, enqueued } = createWorld({ outcome: 'accepted', message });
  const said = await createSubmitMessage(world)(apiRequest({ body: hello }));
  expect(said).toMatchObject({ status: 202, body: { status: 'SCHEDULED' } });
  expect(enqueued).toHaveLength(times);
});

test('a replay says so and queues nothing', async () => {
  const { world, enqueued } = createWorld({ outcome: 'replayed', message: acceptedRow() });
  const said = await createSubmitMessage(world)(apiRequest({ body: hello }));
  expect(said).toMatchObject({ status: 202, headers: { 'idempotent-replayed': 'true' } });
  expect(enqueued).toEqual([]);
});

test.each<[Accepted, string]>([
  [{ outcome: 'refused', reason: 'credit.insufficient' }, 'credit.insufficient'],
  [{ outcome: 'refused', reason: 'recipient.opted_out' }, 'recipient.opted_out'],
  [{ outcome: 'mismatch' }, 'idempotency.mismatch'],
  [{ outcome: 'no-such-client' }, 'account.not_found'],
])('%o is refused as %s, and nothing is queued', async (answer, code) => {
  const { world, enqueued } = createWorld(answer);
  expect(await createSubmitMessage(world)(apiRequest({ body: hello }))).toMatchObject({ code });
  expect(enqueued).toEqual([]);
});

test('a refusal names no more of a number than its end', async () => {
  const { world } = createWorld({ outcome: 'refused', reason: 'recipient.opted_out' });
  const said = JSON.stringify(await createSubmitMessage(world)(apiRequest({ body: hello })));
  expect(said).toContain('001');
  expect(said).not.toContain('491700000001');
});

test('whose message it is, whether it is a test, and its correlation id are the caller’s and not the body’s', async () => {
  const { world, accepted } = createWorld();
  const caller = apiCaller({ clientId: 'client-7', isTest: true });
  const submit = createSubmitMessage(world);
  await submit(apiRequest({ body: hello, caller, requestId: 'trace-7' }));
  expect(accepted[0]?.message).toMatchObject({ client_id: 'client-7', is_test: true, correlation_id: 'trace-7' });
  for (const field of ['client_id', 'is_test', 'correlation_id', 'id', 'cost_cents'])
    expect(await submit(apiRequest({ body: { ...hello, [field]: 'x' } }))).toMatchObject({
      code: 'request.invalid',
      errors: [{ path: field }],
    });
});

test('a dry run is quoted, and accepts nothing', async () => {
  const { world, accepted, enqueued } = createWorld();
  const body = { ...hello, text: 'x'.repeat(161), dry_run: true };
  expect(await createSubmitMessage(world)(apiRequest({ body }))).toMatchObject({
    status: 200,
    body: { dry_run: true, to: '491700000001', country: 'DE', parts: 2, cost_cents: 10, would_be: 'accepted' },
  });
  const refusing: Submissions = {
    ...world,
    quote: async () => ({ sender: 'Acme', part_price_cents: 5, cost_cents: 10, refusal: 'credit.insufficient' }),
  };
  expect(await createSubmitMessage(refusing)(apiRequest({ body }))).toMatchObject({
    status: 200,
    body: { would_be: 'refused', problem: { code: 'credit.insufficient', status: 402 } },
  });
  expect([accepted, enqueued]).toEqual([[], []]);
});

test('a dry run shows the route and its candidates in order; what they cost only to an operator', async () => {
  const { world } = createWorld();
  const body = { ...hello, dry_run: true };
  const shown = async (scopes: readonly string[], given: Partial<Submissions> = {}, isTest = false) => {
    const caller = apiCaller({ scopes: new Set(scopes), isTest });
    const said = await createSubmitMessage({ ...world, ...given })(apiRequest({ body, caller }));
    return said.outcome === 'answered' && (said.body as QuotedMessage).route;
  };
  expect(await shown(['messages:write'])).toEqual({
    id: acceptedRow().id,
    prefix: '49',
    kind: 'text',
    candidates: [
      { provider: 'first', success_rate: 0.99, latency_ms: 1_200, part_cost_micros: null, score: null },
      { provider: 'second', success_rate: 0.95, latency_ms: null, part_cost_micros: null, score: null },
    ],
  });
  expect(await shown(['messages:write', 'admin'])).toMatchObject({
    candidates: [{ provider: 'first', part_cost_micros: 6_500, score: 0.9 }, { provider: 'second' }],
  });
  expect(await shown([], { route: async () => ({ outcome: 'none', reason: 'no-route', route: null }) })).toBeNull();
  expect(await shown([], {}, true)).toBeNull();
});

test('the same request is the same under its key however it is written, and another one is not', async () => {
  const { world, accepted } = createWorld();
  const headers = { 'idempotency-key': 'k' };
  const submit = createSubmitMessage(world);
  await submit(apiRequest({ headers, body: '{"to":"+491700000001","text":"hello"}' }));
  await submit(apiRequest({ headers, body: '{ "text": "hello",\n "to": "491700000001" }' }));
  await submit(apiRequest({ headers, body: '{"to":"+491700000001","text":"hello!"}' }));
  await submit(apiRequest({ body: hello }));
  const [first, same, another, none] = accepted.map(({ key }) => key);
  expect(first?.key).toBe('k');
  expect(same).toEqual(first);
  expect(another?.request_hash).not.toBe(first?.request_hash);
  expect(none).toBeNull();
});
