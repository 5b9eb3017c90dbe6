import { beforeEach, describe, expect, test } from 'vitest';
import { refused } from './authorization.ts';
import { type ClientRecord, createTokenAuthorizer } from './authorize-token.ts';

const clientId = '01910000-0000-7000-8000-000000000001';
const record: ClientRecord = { ratePerSecond: 10, burst: 20, nationalLanguages: 'hi', suspendedAt: null };
const claims = { exp: 1, signalbox_client_id: clientId, scope: 'messages:read messages:write', sub: 'service-7' };

let now: number;
let stored: Map<string, ClientRecord>;
let lookups: number;
let said: object;
let authorize: ReturnType<typeof createTokenAuthorizer>;

beforeEach(() => {
  now = Date.UTC(2026, 10, 21);
  stored = new Map([[clientId, record]]);
  lookups = 0;
  said = claims;
  authorize = createTokenAuthorizer({
    verify: async (token) =>
      token === 'good' ? { outcome: 'verified', claims: said } : { outcome: 'refused', reason: 'JwtExpiredError' },
    clients: {
      find: async (id) => {
        lookups += 1;
        return stored.get(id);
      },
    },
    now: () => now,
  });
});

describe('a token', () => {
  test('that is verified is allowed, with its client, its scopes and the client’s limits', async () => {
    expect(await authorize('good')).toEqual({
      outcome: 'allowed',
      caller: {
        client_id: clientId,
        key_id: 'jwt:service-7',
        scopes: 'messages:read messages:write',
        is_test: 'false',
        rate_per_second: '10',
        burst: '20',
        national_languages: 'hi',
      },
    });
  });

  test('that is not verified, or too long for one, is refused before anything is looked up', async () => {
    expect(await authorize('bad')).toEqual(refused('not-verified', 'JwtExpiredError'));
    expect(await authorize('a'.repeat(8_193))).toEqual(refused('malformed'));
    expect(lookups).toBe(0);
  });

  test.each([
    ['no client', { signalbox_client_id: undefined }],
    ['a client that is no UUID', { signalbox_client_id: 'acme' }],
    ['no end', { exp: undefined }],
    ['scopes that are no text', { scope: ['admin'] }],
  ])('with %s is refused', async (_what, given) => {
    said = { ...claims, ...given };
    expect(await authorize('good')).toEqual(refused('lacks-claims'));
  });

  test.each([
    ['messages:read openid admin email', 'messages:read admin'],
    ['messages:* Admin', ''],
    ['admin admin', 'admin'],
    [undefined, ''],
  ])('with the scopes %j has %j of ours', async (scope, scopes) => {
    said = { ...claims, scope };
    expect(await authorize('good')).toMatchObject({ caller: { scopes } });
  });

  test.each([
    [undefined, 'jwt'],
    ['', 'jwt'],
    ['a b\u0000ü', 'jwt:ab'],
    ['x'.repeat(300), `jwt:${'x'.repeat(100)}`],
  ])('of the subject %j is named %s in the audit log', async (sub, key_id) => {
    said = { ...claims, sub };
    expect(await authorize('good')).toMatchObject({ caller: { key_id } });
  });

  test('of a client that is unknown is refused, and allowed as soon as there is one', async () => {
    stored.clear();
    expect(await authorize('good')).toEqual(refused('unknown'));
    stored.set(clientId, record);
    expect(await authorize('good')).toMatchObject({ outcome: 'allowed' });
  });

  test('of a client that was suspended is denied within a minute, and its client is looked up once in that time', async () => {
    for (let n = 0; n < 5; n += 1) expect(await authorize('good')).toMatchObject({ outcome: 'allowed' });
    expect(lookups).toBe(1);
    stored.set(clientId, { ...record, suspendedAt: new Date(now) });
    now += 60_000;
    expect(await authorize('good')).toMatchObject({ outcome: 'suspended' });
  });
});
