import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '#shared/contracts/openapi/document.ts';
import { Problem } from '#shared/contracts/problems.ts';
import { type Route, routes } from '#shared/contracts/routes.ts';
import { signCallback } from '#shared/domain/callback-signature.ts';
import { demoTar } from '../../local/sim/demo-cards.ts';
import type { ApiAnswer, ApiCall } from '../support/api-client.ts';
import { giveDemoCas } from '../support/cas.ts';
import { type FuzzedOperation, operationsOf, requestOf } from '../support/contract-fuzz.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { type Belongings, makeBelongings, type Named, named, type Repeatable, repeatable } from './belongings.ts';

const operations = operationsOf(openApiDocument());
const name = ({ method, path }: FuzzedOperation) => `${method} ${path}`;

const clientScopes = ['messages', 'pushes', 'cas'].flatMap((of) => [`${of}:read`, `${of}:write`]);

let box: RunningSignalbox;
let keys: readonly string[];
/** The examples have a client of their own: the fuzz may opt their recipient out. */
let exampleKey: string;

/** A CA system, and the application of cards that the example of a push reaches. */
const letUseAll = async (clientId: string): Promise<void> => {
  await giveDemoCas(box, clientId);
  const allowance = { key: box.client.adminApiKey, body: {} };
  expect((await box.api('PUT', `/v1/admin/clients/${clientId}/tars/${demoTar}`, allowance)).status).toBe(200);
};

beforeAll(async () => {
  box = await startRunningSignalbox();
  const limits = { ratePerSecond: 10_000, burst: 100_000 };
  const all = [...clientScopes, 'admin'];
  const clients = await Promise.all(
    [all, all, all].map((scopes) => box.issueClient({ creditCents: 10_000, scopes, limits })),
  );
  for (const { clientId } of clients) await letUseAll(clientId);
  const [forExamples, ...fuzzed] = clients.map(({ apiKey }) => apiKey);
  exampleKey = forExamples ?? '';
  keys = fuzzed;
});
afterAll(() => box?.stop());

const runs = Number(process.env.FUZZ_RUNS ?? 12);

/** Its example is only as good as its signature: it has a test of its own. */
const receiptsPath = '/v1/receipts/{provider}';

// First, since what is tried afterwards may make what an example makes.
describe('every example of the contract does what it says', () => {
  const exemplified = operations.filter(({ path, body }) => body?.example && path !== receiptsPath);

  test.each(exemplified.map((operation) => [name(operation), operation] as const))('%s', async (_name, operation) => {
    // What stands in the path is nobody's: then the example is read, and found to be about nothing.
    const path = operation.path.replaceAll(/\{\w+\}/g, '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3');
    const { contentType = '', example } = operation.body ?? {};
    const answer = await box.api(operation.method, path, {
      key: exampleKey,
      headers: { 'content-type': contentType },
      body: typeof example === 'string' ? example : JSON.stringify(example),
    });
    expect(path === operation.path ? [200, 201, 202, 204] : [200, 201, 202, 204, 404], answer.text).toContain(
      answer.status,
    );
  });
});

test('the example of a provider’s receipts is taken under the key of the provider that the path names, and no other', async () => {
  const passwords = { 'posts-here': 'of-the-one-that-posts', 'posts-too': 'of-the-other-that-posts' } as const;
  for (const [provider, password] of Object.entries(passwords)) {
    const body = { name: provider, kind: 'http', url: 'https://carrier.example.com/', enabled: false, password };
    const { status, text } = await box.api('POST', '/v1/admin/providers', { key: box.client.adminApiKey, body });
    expect(status, text).toBe(201);
  }
  const example = JSON.stringify(operations.find(({ path }) => path === receiptsPath)?.body?.example);
  const post = (provider: string, secret: string | null, body = example) => {
    const at = Math.floor(Date.now() / 1000);
    const signed = secret === null ? null : signCallback({ body: example, at, secrets: [secret] });
    const headers: Record<string, string> = signed === null ? {} : { 'signalbox-signature': signed };
    return box.api('POST', receiptsPath.replace('{provider}', provider), { key: exampleKey, headers, body });
  };
  const refused = { status: 401, body: { code: 'receipt.signature' } };
  expect(await post('posts-here', passwords['posts-too'])).toMatchObject(refused);
  expect(await post('posts-here', null)).toMatchObject(refused);
  expect(await post('nobody', passwords['posts-here'])).toMatchObject(refused);
  expect(await post('posts-here', passwords['posts-here'], `${example} `)).toMatchObject(refused);
  expect(await post('posts-here', passwords['posts-here'])).toMatchObject({ status: 202, body: { received: 1 } });
});

describe('whatever is asked, the answer is one that the contract names', () => {
  test.each(operations.map((operation) => [name(operation), operation] as const))('%s', async (_name, operation) => {
    await fc.assert(
      fc.asyncProperty(requestOf(operation), fc.constantFrom(0, 1), async (request, who) => {
        const { path, body, headers } = request;
        const answer = await box.api(operation.method, path, {
          key: keys[who] ?? null,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        expect(answer.status, answer.text).toBeLessThan(500);
        expect(operation.statuses, answer.text).toContain(`${answer.status}`);
        if (answer.status >= 400) expect(Problem.safeParse(answer.body).error).toBeUndefined();
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });
});

describe('another client’s ids, cursors and keys are not there, on any route', () => {
  let belongings: Belongings;
  /** Of the demo client, and of a client that has nothing; and those of two operators. */
  let credentials: Readonly<Record<'owner' | 'stranger' | 'operator' | 'otherOperator', string>>;
  beforeAll(async () => {
    const [stranger, other] = await Promise.all(
      [clientScopes, ['admin']].map((scopes) => box.issueClient({ creditCents: 1_000, scopes })),
    );
    const { apiKey: owner, adminApiKey: operator } = box.client;
    credentials = { owner, operator, stranger: stranger?.apiKey ?? '', otherOperator: other?.apiKey ?? '' };
    await letUseAll(stranger?.clientId ?? '');
    belongings = await makeBelongings(box);
    const asStranger = { key: credentials.stranger };
    await box.api('POST', '/v1/callback-settings/secret', asStranger);
    const body = { url: `${box.callbacks.url}stranger`, types: [] };
    expect((await box.api('PUT', '/v1/callback-settings', { ...asStranger, body })).status).toBe(200);
    // More than a part of a statement has.
    await box.query(
      `INSERT INTO ledger_entries (id, client_id, kind, amount_cents, reason)
       SELECT uuidv7(), $1, 'GRANT', 0, 'walked' FROM generate_series(1, 20001)`,
      [box.client.clientId],
    );
  });

  const filled = (path: string, fill: Named['fill'] = () => ({})): string =>
    Object.entries(fill(belongings)).reduce((text, [parameter, value]) => text.replace(`{${parameter}}`, value), path);
  const expectProblem = (answer: ApiAnswer, status: number, code: string) =>
    expect(answer, answer.text).toMatchObject({ status, body: { code } });
  const expectDone = ({ status, text }: ApiAnswer) => expect([200, 201, 202, 204], text).toContain(status);

  const all: readonly (Route & { readonly operation: string })[] = routes;
  const titled = (some: typeof all) => some.map((route) => [`${route.method} ${route.path}`, route] as const);

  const guarded = all.filter(({ scope }) => scope !== null);

  test.each(titled(guarded.filter(({ path }) => path.includes('{'))))(
    '%s',
    async (_name, { method, path, operation, scope }) => {
      const { fill, refusal, body } = (named as Readonly<Record<string, Named>>)[operation] ?? {};
      if (!refusal) throw new Error(`What does ${operation} name? Add it to belongings.ts.`);
      const asked = filled(path, fill);
      expect(asked).not.toContain('{');
      const given = body ? { body } : {};
      const answer = await box.api(method, asked, { key: credentials.stranger, ...given });
      // All of administration is refused for want of the scope: it is about every client, and no client's.
      if (scope === 'admin') return expectProblem(answer, 403, 'auth.forbidden');
      if (refusal === 'own') return expectDone(answer);
      expectProblem(answer, 404, refusal);
      // It is there: otherwise nothing would have been shown.
      expectDone(await box.api(method, asked, { key: credentials.owner, ...given }));
    },
  );

  test('what another client does with a number leaves its owner’s opt-out alone, and the erasure is its own', async () => {
    const path = `/v1/opt-outs/${belongings.numbers[1]}`;
    const ask = (key: string) => box.api('GET', path, { key });
    const [mine, theirs] = [await ask(credentials.owner), await ask(credentials.stranger)];
    expect([mine.status, theirs.status]).toEqual([200, 200]);
    expect(mine.body).not.toEqual(theirs.body);
    expect((await box.api('DELETE', path, { key: credentials.stranger })).status).toBe(204);
    expect(await ask(credentials.owner)).toMatchObject({ status: 200, body: mine.body as object });
    const erased = await box.api('DELETE', `/v1/recipients/${belongings.numbers[1]}`, { key: credentials.stranger });
    const erasure = erased.headers.get('location') ?? '';
    expectDone(await box.api('GET', erasure, { key: credentials.stranger }));
    expectProblem(await box.api('GET', erasure, { key: credentials.owner }), 404, 'erasure.not_found');
  });

  const paged = operations.filter(({ parameters }) => parameters.some(({ name: parameter }) => parameter === 'cursor'));

  test.each(paged.map((operation) => [name(operation), operation] as const))(
    'the cursor of %s',
    async (_name, operation) => {
      const isOfClients = !operation.path.startsWith('/v1/admin/');
      const [owner, others] = isOfClients
        ? [credentials.owner, credentials.stranger]
        : [credentials.operator, credentials.otherOperator];
      const hasLimit = operation.parameters.some(({ name: parameter }) => parameter === 'limit');
      const path = `${filled(operation.path, ({ client: id, provider }) => ({ id, name: provider }))}?${hasLimit ? 'limit=1' : 'from_time=2026-01-01T00:00:00Z'}`;
      const first = await box.api<{ next_cursor?: string } | null>('GET', path, { key: owner });
      const cursor = first.body?.next_cursor ?? /[?&]cursor=([\w-]+)/.exec(first.headers.get('link') ?? '')?.[1];
      if (!cursor)
        throw new Error(`${path} has one page only, so its cursor is not tried: ${first.text.slice(0, 200)}`);
      expectProblem(await box.api('GET', `${path}&cursor=${cursor}`, { key: others }), 404, 'cursor.not_found');
      expectDone(await box.api('GET', `${path}&cursor=${cursor}`, { key: owner }));
      if (!isOfClients)
        expectProblem(
          await box.api('GET', `${path}&cursor=${cursor}`, { key: credentials.stranger }),
          403,
          'auth.forbidden',
        );
    },
  );

  test.each(titled(guarded.filter(({ method }) => method === 'POST')))(
    'the idempotency key of %s',
    async (_name, { method, path, operation, scope }) => {
      const known = (repeatable as Readonly<Record<string, Repeatable>>)[operation];
      if (!known) throw new Error(`How is ${operation} asked? Add it to belongings.ts.`);
      const call = { headers: { 'idempotency-key': `walk-${operation}` }, ...(known.body ? { body: known.body } : {}) };
      const ask = (key: string, more: ApiCall = {}) =>
        box.api(method, filled(path, known.fill), { ...call, ...more, key });
      const isReplay = ({ headers }: ApiAnswer) => headers.get('idempotent-replayed') === 'true';
      const isOfClients = scope !== 'admin';
      const owner = isOfClients ? credentials.owner : credentials.operator;
      const first = await ask(owner);
      expectDone(first);
      const other = await ask(isOfClients ? credentials.stranger : credentials.otherOperator);
      if (known.refusal === null) expectDone(other);
      else expect(other, other.text).toMatchObject({ body: { code: known.refusal } });
      if (!isOfClients) expectProblem(await ask(credentials.stranger), 403, 'auth.forbidden');
      const again = await ask(owner);
      expect([isReplay(first), isReplay(other), isReplay(again)]).toEqual([false, false, true]);
      expect(again.status).toBe(first.status);
    },
  );
});
