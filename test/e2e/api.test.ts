import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AcceptedMessage, MessageView } from '#shared/contracts/messages.ts';
import { openApiDocument } from '#shared/contracts/openapi/document.ts';
import type { Problem } from '#shared/contracts/problems.ts';
import type { ApiAnswer, ApiCall } from '../support/api-client.ts';
import { unbalancedClients } from '../support/clients.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { hostileBodies, misfits } from './bad-messages.ts';

let box: RunningSignalbox;
beforeAll(async () => {
  box = await startRunningSignalbox();
});
afterAll(() => box?.stop());

const hello = { to: '+491700000101', text: 'hello' };
const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const post = (body: ApiCall['body'], call: Omit<ApiCall, 'body'> = {}) =>
  box.api<Problem>('POST', '/v1/messages', { ...call, body });

/** Every refusal is RFC 9457 with the code, and the one id in header and body. */
const expectProblem = (answer: ApiAnswer<Problem>, status: number, code: string): Problem => {
  expect(answer, answer.text).toMatchObject({ status, body: { type: 'about:blank', status, code } });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body.title).toEqual(expect.any(String));
  expect(answer.body.detail).not.toBe('');
  expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  expect(answer.body.request_id).toMatch(/^[\x21-\x7e]+$/);
  return answer.body;
};

/** What a client has beside its grant. */
const writtenFor = async (clientId: string) =>
  (
    await box.query<Record<string, number>>(
      `SELECT (SELECT count(*)::int FROM messages WHERE client_id = $1) AS messages,
         (SELECT count(*)::int FROM credit_locks WHERE client_id = $1) AS locks,
         (SELECT count(*)::int FROM ledger_entries WHERE client_id = $1 AND kind <> 'GRANT') AS entries,
         (SELECT count(*)::int FROM idempotency_keys WHERE client_id = $1) AS keys`,
      [clientId],
    )
  )[0];
const nothing = { messages: 0, locks: 0, entries: 0, keys: 0 };

describe('a message that fits', () => {
  test('is accepted with its price, found under its Location, and its credit is held', async () => {
    const { apiKey } = await box.issueClient({ creditCents: 100 });
    const text = 'x'.repeat(161);
    const answer = await box.api<AcceptedMessage>('POST', '/v1/messages', {
      key: apiKey,
      body: { to: hello.to, from: 'Acme', text, reference: 'order 1', send_at: '2099-01-01T00:00:00Z' },
    });
    expectProblem(answer as unknown as ApiAnswer<Problem>, 422, 'request.invalid');
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const accepted = await box.send(
      { to: hello.to, from: 'Acme', text, reference: 'order 1', send_at: soon },
      { key: apiKey },
    );
    expect(accepted).toMatchObject({
      id: expect.stringMatching(uuidV7),
      status: 'SCHEDULED',
      to: '491700000101',
      from: 'Acme',
      parts: 2,
      encoding: 'gsm7',
      cost_cents: 10,
      reference: 'order 1',
    });
    const view = await box.message(accepted.id, apiKey);
    expect(view).toMatchObject({ id: accepted.id, status: 'SCHEDULED', text, attempt: 1, final_at: null });
    expect(view.parts.map(({ number, state }) => [number, state])).toEqual([
      [1, 'PENDING'],
      [2, 'PENDING'],
    ]);
    expect(await box.account(apiKey)).toMatchObject({
      available_cents: 90,
      held_cents: 10,
      captured_cents: 0,
      granted_cents: 100,
      part_price_cents: 5,
    });
  });

  test('answers where it can be found, and says that it is not to be kept', async () => {
    const answer = await box.api<AcceptedMessage>('POST', '/v1/messages', { body: hello });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/v1/messages/${answer.body.id}`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a request id', () => {
  test('is the one that the caller gave, and goes with the message', async () => {
    const { id } = await box.send(hello, { headers: { 'x-request-id': 'order-4711/a' } });
    expect(box.answers.at(-1)?.headers.get('x-request-id')).toBe('order-4711/a');
    expect(await box.query('SELECT correlation_id FROM messages WHERE id = $1', [id])).toEqual([
      { correlation_id: 'order-4711/a' },
    ]);
    const refused = await post('{', { headers: { 'x-request-id': 'order-4711/b' } });
    expect(expectProblem(refused, 400, 'body.malformed').request_id).toBe('order-4711/b');
  });

  test('is a new one each time when none, or an unusable one, was given', async () => {
    const headers = { 'x-request-id': 'two words' };
    const ids = [await post(hello), await post(hello), await post(hello, { headers })].map((answer) =>
      answer.headers.get('x-request-id'),
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]+$/);
  });
});

describe('a body', () => {
  test.each(['', '{', 'hello', '{"to":"+491700000101",}', '['.repeat(200_000), '{"to":1e}', '\u0000'])(
    'that is not JSON is a 400: %.20j',
    async (body) => {
      expectProblem(await post(body), 400, 'body.malformed');
    },
  );

  test.each(misfits)('that does not fit is a 422 which names each path: $name', async ({ body, paths }) => {
    const { errors } = expectProblem(await post(body), 422, 'request.invalid');
    expect([...new Set(errors?.map(({ path }) => path))].sort()).toEqual([...paths].sort());
    for (const { message } of errors ?? []) expect(message).not.toBe('');
  });

  test('over 256 KiB is a 413, and so is one that is larger than a function is given', async () => {
    const fill = (octets: number) => JSON.stringify({ ...hello, text: 'x'.repeat(octets) });
    expectProblem(await post(fill(256 * 1024)), 413, 'body.too_large');
    expectProblem(await post(fill(7 * 1024 * 1024)), 413, 'body.too_large');
  });

  test('whose text takes more parts than max_parts is a 422', async () => {
    const long = await post({ ...hello, text: 'x'.repeat(307), max_parts: 2 });
    expect(expectProblem(long, 422, 'message.too_long').errors).toEqual([{ path: 'text', message: 'needs 3 parts' }]);
    expectProblem(await post({ ...hello, text: 'x'.repeat(1531) }), 422, 'message.too_long');
    expectProblem(await post({ ...hello, text: 'x'.repeat(40_000), max_parts: 255 }), 422, 'message.too_long');
    const foreign = await post({ ...hello, text: 'Привет', encoding: 'gsm7' });
    expect(expectProblem(foreign, 422, 'message.not_gsm7').errors?.[0]?.path).toBe('text');
  });

  test.each([
    'http://example.com/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://169.254.169.254/',
    'ftp://a',
    'x',
  ])('with a callback URL that may not be called is a 422: %s', async (callback_url) => {
    expectProblem(await post({ ...hello, callback_url }), 422, 'callback.refused');
  });
});

describe('whoever asks', () => {
  test('without a key, or with one that is not known, is answered 401', async () => {
    const { apiKey } = box.client;
    const forged = `${apiKey.slice(0, -8)}${apiKey.slice(-8).split('').reverse().join('')}`;
    for (const key of [null, '', 'nonsense', 'sbk_a_b_c', forged, 'x'.repeat(5_000), "' OR 1=1 --"]) {
      expectProblem(await post(hello, { key }), 401, 'auth.unauthorized');
      expectProblem(await box.api('GET', '/v1/account', { key }), 401, 'auth.unauthorized');
    }
  });

  test('without the scope is answered 403', async () => {
    const { apiKey } = await box.issueClient({ creditCents: 100, scopes: ['messages:read'] });
    expectProblem(await post(hello, { key: box.client.adminApiKey }), 403, 'auth.forbidden');
    expectProblem(await post(hello, { key: apiKey }), 403, 'auth.forbidden');
    expect((await box.api('GET', '/v1/account', { key: apiKey })).status).toBe(200);
  });

  test('for what is another client’s, or is not there, is answered 404 in the same words', async () => {
    const other = await box.issueClient({ creditCents: 100 });
    const { id } = await box.send(hello);
    const detailOf = async (path: string) =>
      expectProblem(await box.api('GET', path, { key: other.apiKey }), 404, 'message.not_found').detail;
    const details = await Promise.all(
      [id, '01a1fd7b-1f6a-7263-9717-5a3f14e75a09', 'x', '%00', "1' OR '1'='1"].map((each) =>
        detailOf(`/v1/messages/${each}`),
      ),
    );
    expect(new Set(details).size).toBe(1);
    expect((await box.api<MessageView>('GET', `/v1/messages/${id}`)).body.id).toBe(id);
  });

  test('for a route that there is not is answered 404', async () => {
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/v2/messages'],
      ['PATCH', '/v1/messages'],
      ['POST', '/v1/messages/a/b'],
      ['GET', '/v1/messages/%zz/%c0%af'],
    ] as const)
      expectProblem(await box.api(method, path), 404, 'route.not_found');
  });
});

describe('credit', () => {
  test('that does not cover the price is a 402, and nothing is written', async () => {
    const { clientId, apiKey: key } = await box.issueClient({ creditCents: 9 });
    const headers = { 'idempotency-key': 'a' };
    expectProblem(await post({ ...hello, text: 'x'.repeat(161) }, { key, headers }), 402, 'credit.insufficient');
    expect(await writtenFor(clientId)).toEqual(nothing);
    await box.send(hello, { key, headers });
    expectProblem(await post(hello, { key }), 402, 'credit.insufficient');
    expect(await box.account(key)).toMatchObject({ available_cents: 4 });
  });
});

describe('an idempotency key', () => {
  const headers = { 'idempotency-key': 'order-1' };

  test('gives the first answer again for the same body, however it is written', async () => {
    const { clientId, apiKey: key } = await box.issueClient({ creditCents: 100 });
    const first = await post(hello, { key, headers });
    const again = await post(`{ "text": "hello",\n "to": "+491700000101" }`, { key, headers });
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(await writtenFor(clientId)).toMatchObject({ messages: 1, locks: 1, keys: 1 });
  });

  test('with another body is a 409; another client’s is its own', async () => {
    const [one, two] = [await box.issueClient({ creditCents: 100 }), await box.issueClient({ creditCents: 100 })];
    await box.send(hello, { key: one.apiKey, headers });
    expectProblem(await post({ ...hello, text: 'x' }, { key: one.apiKey, headers }), 409, 'idempotency.mismatch');
    expect((await post({ ...hello, text: 'x' }, { key: two.apiKey, headers })).status).toBe(202);
  });

  test.each(['with space', 'x'.repeat(256), 'ü'])('that is not usable is a 422: %.20s', async (key) => {
    expectProblem(await post(hello, { headers: { 'idempotency-key': key } }), 422, 'idempotency.invalid');
  });
});

describe('what anyone may ask', () => {
  test('is whether it is well, whether it is ready, and its contract', async () => {
    const [health, readiness, contract] = await Promise.all(
      ['/healthz', '/readyz', '/openapi.json'].map((path) => box.api('GET', path, { key: null })),
    );
    expect(health).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(readiness).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { database: 'ok', queues: 'ok' } },
    });
    expect(contract).toMatchObject({ status: 200, body: JSON.parse(JSON.stringify(openApiDocument())) });
    for (const answer of [health, readiness, contract]) expect(answer?.headers.get('x-request-id')).toBeTruthy();
  });
});

describe('nothing that is sent', () => {
  const isAnswered = (status: number) => [202, 400, 413, 422].includes(status);

  test.each(hostileBodies)('makes it fail: $name', async ({ body }) => {
    const answer = await post(body);
    expect(isAnswered(answer.status), `${answer.status} ${answer.text}`).toBe(true);
  });

  test('makes it fail, whatever stands in whichever field', async () => {
    const fields = ['to', 'from', 'text', 'encoding', 'priority', 'send_at', 'validity_seconds', 'callback_url'];
    const field = fc.constantFrom(...fields, 'reference', 'max_parts', '__proto__', 'constructor', '');
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.jsonValue({ maxDepth: 3 }), fc.double());
    await fc.assert(
      fc.asyncProperty(fc.dictionary(field, value, { maxKeys: 4 }), async (some) => {
        const { status, text } = await post({ ...hello, ...some });
        expect(isAnswered(status), `${status} ${text}`).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('brings a stack trace, a statement or the database’s words into an answer', () => {
    expect(box.answers.length).toBeGreaterThan(100);
    const telling = /\bat \S+ \(|node_modules|\.m?[jt]s:\d|SQLState|SELECT |INSERT INTO|UPDATE |ERROR:|postgres|zod/i;
    const told = box.answers.filter(({ body }) => !(body as { openapi?: string } | null)?.openapi);
    expect(told.filter(({ text }) => telling.test(text)).map(({ text }) => text)).toEqual([]);
  });

  test('costs more than was said: all books balance', async () => {
    expect(await unbalancedClients(box)).toEqual([]);
  });
});
