import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallbackList, CallbackView, RotatedSecret } from '#shared/contracts/callbacks.ts';
import type { Problem } from '#shared/contracts/problems.ts';
import type { Erasure, OptOutList } from '#shared/contracts/recipients.ts';
import type { ReceivedCallback } from '../../local/callback-receiver/start-callback-receiver.ts';
import { verifySignature } from '../../local/callback-receiver/verify-signature.ts';
import type { ApiAnswer, ApiCall } from '../support/api-client.ts';
import type { IssuedClient } from '../support/issue-client.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

let box: RunningSignalbox;
let client: IssuedClient;
let other: IssuedClient;
beforeAll(async () => {
  box = await startRunningSignalbox();
  [client, other] = [await box.issueClient({ creditCents: 1_000 }), await box.issueClient({ creditCents: 1_000 })];
});
afterAll(() => box?.stop());

const ask = <Body = Problem>(method: string, path: string, call: ApiCall = {}) =>
  box.api<Body>(method, path, { key: client.apiKey, ...call });
const asOther = (method: string, path: string) => box.api<Problem>(method, path, { key: other.apiKey });

const expectProblem = (answer: ApiAnswer<Problem>, status: number, code: string): void =>
  expect(answer, answer.text).toMatchObject({ status, body: { code } });

const expectStatus = <Body>(answer: ApiAnswer<Body>, status: number): Body => {
  expect(answer.status, answer.text).toBe(status);
  return answer.body;
};

const arrivals = (id: string) => box.callbacksFor(id);
const arrival = (id: string, times = 1): Promise<ReceivedCallback> =>
  until(`callback ${id} has come ${times} time(s)`, () => arrivals(id)[times - 1]);

const verdict = ({ headers, body }: ReceivedCallback, secret: string) =>
  verifySignature({
    header: headers['signalbox-signature'] as string,
    body: Buffer.from(body ?? ''),
    secrets: [secret],
    now: Date.now() / 1_000,
  });

const rotate = async (headers: Record<string, string> = {}): Promise<RotatedSecret> =>
  expectStatus(await ask<RotatedSecret>('POST', '/v1/callback-settings/secret', { headers }), 201);
const fire = async (): Promise<ReceivedCallback> => {
  const { id } = expectStatus(await ask<CallbackView>('POST', '/v1/callback-settings/test'), 202);
  return arrival(id);
};

describe('callbacks', () => {
  let first: string;

  test('are set up with a secret first, then a URL, and tried with a test', async () => {
    const settings = { url: `${box.callbacks.url}hook`, types: ['message.delivered', 'message.failed'] };
    expectProblem(await ask('PUT', '/v1/callback-settings', { body: settings }), 409, 'callback_secret.missing');
    expectProblem(await ask('POST', '/v1/callback-settings/test'), 409, 'callback.no_url');
    const headers = { 'idempotency-key': 'secret-1' };
    const made = await rotate(headers);
    first = made.secret ?? '';
    expect(first).toMatch(/^[a-z2-7]{32}$/);
    expect(await rotate(headers)).toEqual({ ...made, secret: null });
    expectStatus(await ask('PUT', '/v1/callback-settings', { body: settings }), 200);
    expect((await ask('GET', '/v1/callback-settings')).body).toEqual({ ...settings, secrets: made.secrets });
    const came = await fire();
    expect(came.path).toBe('/hook');
    expect(JSON.parse(came.body ?? '')).toMatchObject({ type: 'callback.test' });
    expect(verdict(came, first)).toBe('valid');
  });

  test.each([
    'http://example.com/',
    'https://127.0.0.1/',
    'https://169.254.169.254/',
    'https://[::1]/',
    'https://a@b.c/',
  ])('do not go to %s', async (url) => {
    expectProblem(await ask('PUT', '/v1/callback-settings', { body: { url, types: [] } }), 422, 'callback.refused');
  });

  test('are signed with both secrets while one is being replaced, and with one before and after', async () => {
    const { secret } = await rotate();
    const second = secret ?? '';
    expectProblem(await ask('POST', '/v1/callback-settings/secret'), 409, 'callback_secret.overlap');
    const both = await fire();
    expect([verdict(both, first), verdict(both, second)]).toEqual(['valid', 'valid']);
    expectStatus(await ask('DELETE', '/v1/callback-settings/secret/previous'), 204);
    const one = await fire();
    expect([verdict(one, first), verdict(one, second)]).toEqual(['invalid', 'valid']);
    expectProblem(await ask('DELETE', '/v1/callback-settings/secret/previous'), 404, 'callback_secret.not_found');
    const [stored] = await box.query('SELECT callback_secrets::text AS text FROM clients WHERE id = $1', [
      client.clientId,
    ]);
    expect(stored?.text).not.toContain(second);
  });

  test('are listed, and replayed under the same id', async () => {
    const { id: messageId } = await box.send({ to: '+491700000301', text: 'hello' }, { key: client.apiKey });
    const { callbacks } = await until('the callback is delivered', async () => {
      const path = `/v1/callbacks?message_id=${messageId}&state=DELIVERED`;
      const { body } = await ask<CallbackList>('GET', path);
      return body.callbacks.length > 0 && body;
    });
    const { id } = callbacks[0] ?? { id: '' };
    const told = arrivals(id).length;
    const headers = { 'idempotency-key': 'replay-1' };
    const again = await ask<CallbackView>('POST', `/v1/callbacks/${id}/replay`, { headers });
    expect(expectStatus(again, 202)).toMatchObject({ id, state: 'PENDING', attempt: 2 });
    const came = await arrival(id, told + 1);
    expect(came.body).toBe(arrivals(id)[0]?.body);
    const repeated = await ask<CallbackView>('POST', `/v1/callbacks/${id}/replay`, { headers });
    expect(repeated).toMatchObject({ status: 202, body: { id } });
    expect(repeated.headers.get('idempotent-replayed')).toBe('true');
    const view = await until('the replay is delivered', async () => {
      const { body } = await ask<CallbackView>('GET', `/v1/callbacks/${id}`);
      return body.state === 'DELIVERED' && body;
    });
    expect(view).toMatchObject({ last_status: 204, data: { message_id: messageId, status: 'DELIVERED' } });
  });

  test('of another client are not there, and neither are its cursors', async () => {
    const { body } = await ask<CallbackList>('GET', '/v1/callbacks?limit=1');
    const id = body.callbacks[0]?.id;
    for (const [method, path] of [
      ['GET', `/v1/callbacks/${id}`],
      ['POST', `/v1/callbacks/${id}/replay`],
      ['GET', '/v1/callbacks/nonsense'],
    ] as const)
      expectProblem(await asOther(method, path), 404, 'callback.not_found');
    expectProblem(await asOther('GET', `/v1/callbacks?cursor=${body.next_cursor}`), 404, 'cursor.not_found');
    const next = await ask<CallbackList>('GET', `/v1/callbacks?limit=1&cursor=${body.next_cursor}`);
    expect(expectStatus(next, 200).callbacks[0]?.id).not.toBe(id);
  });
});

describe('an opt-out', () => {
  const number = '491700000302';

  test('fails what waits, refuses what comes, and is taken back', async () => {
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await box.send({ to: number, text: 'later', send_at: soon }, { key: client.apiKey });
    const { available_cents: before } = await box.account(client.apiKey);
    expectStatus(await ask('PUT', `/v1/opt-outs/%2B${number}`), 201);
    expectStatus(await ask('PUT', `/v1/opt-outs/${number}`), 200);
    expect(await box.message(id, client.apiKey)).toMatchObject({
      status: 'FAILED_PERM',
      error: 'recipient.opted_out',
    });
    expect((await box.account(client.apiKey)).available_cents).toBe(before + 5);
    const body = { to: number, text: 'hello' };
    expectProblem(await ask('POST', '/v1/messages', { body }), 403, 'recipient.opted_out');
    await box.send(body, { key: other.apiKey });
    expect((await ask<OptOutList>('GET', '/v1/opt-outs?prefix=4917')).body.opt_outs).toMatchObject([
      { msisdn: number, source: 'api' },
    ]);
    expectProblem(await asOther('GET', `/v1/opt-outs/${number}`), 404, 'opt_out.not_found');
    expectProblem(await asOther('DELETE', `/v1/opt-outs/${number}`), 404, 'opt_out.not_found');
    expectStatus(await ask('DELETE', `/v1/opt-outs/${number}`), 204);
    expectStatus(await ask('POST', '/v1/messages', { body }), 202);
    expectProblem(await ask('PUT', '/v1/opt-outs/nonsense'), 422, 'request.invalid');
  });
});

/** Tables with a row that has the text somewhere. */
const tracesOf = async (text: string): Promise<string[]> => {
  const tables = await box.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
  );
  const found: string[] = [];
  for (const { name } of tables)
    if ((await box.query(`SELECT FROM ${name} t WHERE strpos(t::text, $1) > 0 LIMIT 1`, [text])).length > 0)
      found.push(name);
  return found;
};

/** As if it had been asked for some minutes ago: it is not finished before it is a minute old. */
const age = async (id: string): Promise<void> => {
  await box.query(`UPDATE messages SET created_at = created_at - interval '5 minutes' WHERE client_id = $1`, [
    client.clientId,
  ]);
  await box.query(
    `UPDATE erasures SET requested_at = requested_at - interval '2 minutes', next_look_at = now() WHERE id = $1`,
    [id],
  );
};

test('an erased recipient leaves no trace of number and text in any table, and the ledger as it was', async () => {
  const [number, text] = ['491700000303', 'Dear Ada Lovelace'];
  const body = { to: number, text, reference: 'ada-303', metadata: { name: 'Ada Lovelace' } };
  const sent = await box.send(body, { key: client.apiKey, headers: { 'idempotency-key': 'erased-1' } });
  await arrival(sent.id);
  expect((await box.message(sent.id, client.apiKey)).status).toBe('DELIVERED');
  expect(await tracesOf(number)).toContain('callbacks');
  const ledger = () => box.query('SELECT * FROM ledger_entries WHERE id = $1 ORDER BY kind', [sent.id]);
  const before = await ledger();
  const asked = await ask<Erasure>('DELETE', `/v1/recipients/${number}`);
  const { id } = expectStatus(asked, 202);
  const path = asked.headers.get('location') ?? '';
  expect(path).toBe(`/v1/recipients/erasures/${id}`);
  expectProblem(await asOther('GET', path), 404, 'erasure.not_found');
  await age(id);
  await until('the erasure is finished', async () => {
    await box.cloud.runSchedule('remove-expired');
    return (await ask<Erasure>('GET', path)).body.state === 'FINISHED';
  });
  for (const trace of [number, 'Lovelace', 'ada-303']) expect(await tracesOf(trace)).toEqual([]);
  expect(await ledger()).toEqual(before);
  expect(await box.message(sent.id, client.apiKey)).toMatchObject({
    status: 'DELIVERED',
    to: '',
    text: '',
    reference: null,
    captured_cents: 5,
  });
});
