import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problems } from '#shared/contracts/problems.ts';
import type { ApiRequest } from './api-request.ts';
import { readSubmission } from './submit-message.ts';

const now = new Date('2026-11-21T08:00:00Z');
const context = { now, newId: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3', exemptOrigins: [] };

const request = (body: string | null, headers: ApiRequest['headers'] = {}): ApiRequest => ({
  requestId: 'r',
  caller: null,
  pathParameters: {},
  headers,
  body,
});
const read = (body: unknown, headers: ApiRequest['headers'] = {}) =>
  readSubmission(request(JSON.stringify(body), headers), 'client', context);
const good = { to: '+491700000001', text: 'hello' };

const refusal = (said: ReturnType<typeof readSubmission>) =>
  said.outcome === 'refused' ? { code: said.code, paths: said.errors?.map(({ path }) => path) } : said;

test('what is left out has its default', () => {
  expect(read(good)).toMatchObject({
    outcome: 'submission',
    submission: {
      recipient: '491700000001',
      sender: null,
      encoding: 'gsm7',
      parts: 1,
      priority: 'normal',
      send_at: null,
      validity_seconds: 172_800,
      idempotency_key: null,
    },
  });
});

test.each([
  ['hello', 'gsm7', 1],
  ['x'.repeat(160), 'gsm7', 1],
  ['x'.repeat(161), 'gsm7', 2],
  ['grüß €', 'gsm7', 1],
  ['x'.repeat(70).concat('ж'), 'ucs2', 2],
])('%s is %s in %i parts', (text, encoding, parts) => {
  expect(read({ ...good, text })).toMatchObject({ submission: { encoding, parts } });
});

test('the same request hashes the same, however it is written, and another one differently', () => {
  const hash = (body: string) => {
    const said = readSubmission(request(body), 'client', context);
    return said.outcome === 'submission' ? said.submission.request_hash : said;
  };
  const first = hash('{"to":"+491700000001","text":"hello"}');
  expect(hash('{ "text": "hello",\n "to": "491700000001" }')).toBe(first);
  expect(hash('{"to":"+491700000001","text":"hello!"}')).not.toBe(first);
});

describe('a request that does not fit is refused, naming each path', () => {
  test.each<[string, object, string[]]>([
    ['nothing at all', {}, ['to', 'text']],
    ['an unknown field', { ...good, sms: 1 }, ['sms']],
    ['a number that is none', { ...good, to: '0170' }, ['to']],
    ['an empty text', { ...good, text: '' }, ['text']],
    ['half of a surrogate pair', { ...good, text: '\ud83d' }, ['text']],
    ['a NUL', { ...good, text: 'a\0' }, ['text']],
    ['control characters in a sender', { ...good, from: 'Sig\nnal' }, ['from']],
    ['a sender of twelve letters', { ...good, from: 'abcdefghijkl' }, ['from']],
    ['a sender that ends with a space', { ...good, from: 'abc ' }, ['from']],
    ['an unknown priority', { ...good, priority: 'urgent' }, ['priority']],
    ['a validity of a second', { ...good, validity_seconds: 1 }, ['validity_seconds']],
    ['a time that is past', { ...good, send_at: '2026-11-20T08:00:00Z' }, ['send_at']],
    ['a time in two months', { ...good, send_at: '2027-01-20T08:00:00Z' }, ['send_at']],
    ['control characters in a reference', { ...good, reference: '\u0007' }, ['reference']],
    ['several at once', { to: 1, text: 2, max_parts: 0 }, ['to', 'text', 'max_parts']],
  ])('%s', (_name, body, paths) => {
    expect(refusal(read(body))).toEqual({ code: 'request.invalid', paths });
  });
});

test('a text in too many parts says how many, and what made it UCS-2', () => {
  const said = read({ ...good, text: 'ж'.repeat(200), max_parts: 2 });
  expect(said).toMatchObject({ code: 'message.too_long', errors: [{ path: 'text', message: 'needs 4 parts' }] });
  expect(said.outcome === 'refused' && said.detail).toContain('U+0436');
});

test('gsm7 asked for a text that is not says which character', () => {
  expect(read({ ...good, text: 'ok ж', encoding: 'gsm7' })).toMatchObject({ code: 'message.not_gsm7' });
});

test('a callback goes to a public https host only', () => {
  for (const callback_url of ['http://example.com/', 'https://127.0.0.1/', 'https://u:p@example.com/', 'ftp://x', 'x'])
    expect(refusal(read({ ...good, callback_url }))).toEqual({ code: 'callback.refused', paths: ['callback_url'] });
  expect(read({ ...good, callback_url: 'https://example.com/sms' }).outcome).toBe('submission');
});

test('an idempotency key is visible ASCII of 1 to 255 characters', () => {
  expect(read(good, { 'idempotency-key': 'k'.repeat(255) }).outcome).toBe('submission');
  for (const key of ['', 'a b', 'k'.repeat(256), 'ü'])
    expect(refusal(read(good, { 'idempotency-key': key }))).toMatchObject({ code: 'idempotency.invalid' });
});

test('a body that is no JSON is malformed, and one over 256 KiB too large', () => {
  expect(refusal(readSubmission(request('{"to":'), 'client', context))).toMatchObject({ code: 'body.malformed' });
  expect(refusal(readSubmission(request(null), 'client', context))).toMatchObject({ code: 'body.malformed' });
  const large = readSubmission(request(JSON.stringify({ ...good, text: 'x'.repeat(262_144) })), 'client', context);
  expect(refusal(large)).toMatchObject({ code: 'body.too_large' });
});

test('no JSON makes it throw, and every refusal has a row in the table', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.record({ to: fc.anything(), text: fc.anything(), from: fc.anything() }).map((x) => JSON.stringify(x) ?? ''),
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify({ ...good, text })),
      ),
      (body) => {
        const said = readSubmission(request(body), 'client', context);
        return said.outcome === 'submission' || said.code in problems;
      },
    ),
  );
});
