import { compare, hashSync } from 'bcryptjs';
import { beforeEach, describe, expect, test } from 'vitest';
import { issueApiKey } from '#shared/domain/api-key.ts';
import { createKeyAuthorizer, type KeyRecord } from './authorize-key.ts';

const pepper = 'the pepper';
const secret = 'k'.repeat(32);
const keyId = 'abcdefghijklm';
const good = issueApiKey({ keyId, secret, pepper });
const record: KeyRecord = {
  clientId: '01910000-0000-7000-8000-000000000001',
  secretHash: hashSync(secret, 4),
  scopes: 'messages:read messages:write',
  isTest: false,
  ratePerSecond: 100,
  burst: 200,
  nationalLanguages: 'hi tr',
  expiresAt: null,
  revokedAt: null,
  suspendedAt: null,
};

let now: number;
let stored: Map<string, KeyRecord>;
let lookups: number;
let comparisons: number;
let authorize: ReturnType<typeof createKeyAuthorizer>;

beforeEach(() => {
  now = Date.UTC(2026, 10, 21);
  stored = new Map([[keyId, record]]);
  lookups = 0;
  comparisons = 0;
  authorize = createKeyAuthorizer({
    apiKeys: {
      find: async (id) => {
        lookups += 1;
        return stored.get(id);
      },
    },
    pepper: async () => pepper,
    compare: (given, hash) => {
      comparisons += 1;
      return compare(given, hash);
    },
    now: () => now,
  });
});

const refusal = (reason: string) => ({ outcome: 'refused', reason });

describe('a key', () => {
  test('that is genuine and known is allowed, with its client and scopes', async () => {
    expect(await authorize(good)).toEqual({
      outcome: 'allowed',
      caller: {
        client_id: record.clientId,
        key_id: keyId,
        scopes: record.scopes,
        is_test: 'false',
        rate_per_second: '100',
        burst: '200',
        national_languages: 'hi tr',
      },
    });
  });

  test('that is missing, malformed or forged is refused before anything is looked up', async () => {
    expect(await authorize(undefined)).toEqual(refusal('missing'));
    expect(await authorize('')).toEqual(refusal('missing'));
    expect(await authorize('Bearer x')).toEqual(refusal('malformed'));
    expect(await authorize(issueApiKey({ keyId, secret, pepper: 'another' }))).toEqual(refusal('forged'));
    expect([lookups, comparisons]).toEqual([0, 0]);
  });

  test('that nobody has is refused, and found as soon as it is there', async () => {
    stored.clear();
    expect(await authorize(good)).toEqual(refusal('unknown'));
    stored.set(keyId, record);
    expect(await authorize(good)).toMatchObject({ outcome: 'allowed' });
  });

  test('whose secret is not the stored one is refused', async () => {
    const other = issueApiKey({ keyId, secret: 'o'.repeat(32), pepper });
    await authorize(good);
    expect(await authorize(other)).toEqual(refusal('wrong-secret'));
  });

  test('is compared by bcrypt and looked up once, however often it is used', async () => {
    for (let n = 0; n < 5; n += 1) await authorize(good);
    expect([lookups, comparisons]).toEqual([1, 1]);
  });

  test('that was revoked is refused within a minute', async () => {
    await authorize(good);
    stored.set(keyId, { ...record, revokedAt: new Date(now) });
    now += 60_000;
    expect(await authorize(good)).toEqual(refusal('revoked'));
    expect(comparisons).toBe(1);
  });

  test('is refused from the moment it expires, remembered or not', async () => {
    stored.set(keyId, { ...record, expiresAt: new Date(now + 10_000) });
    expect(await authorize(good)).toMatchObject({ outcome: 'allowed' });
    now += 10_000;
    expect(await authorize(good)).toEqual(refusal('expired'));
  });

  test('whose secret was replaced under the same id is no longer taken for verified', async () => {
    await authorize(good);
    stored.set(keyId, { ...record, secretHash: hashSync('n'.repeat(32), 4) });
    now += 60_000;
    expect(await authorize(good)).toEqual(refusal('wrong-secret'));
  });

  test('of a client that was suspended is denied within a minute', async () => {
    expect(await authorize(good)).toMatchObject({ outcome: 'allowed' });
    stored.set(keyId, { ...record, suspendedAt: new Date(now) });
    now += 60_000;
    expect(await authorize(good)).toMatchObject({ outcome: 'suspended' });
  });

  test('of a suspended client is known but denied', async () => {
    stored.set(keyId, { ...record, suspendedAt: new Date(now) });
    expect(await authorize(good)).toMatchObject({ outcome: 'suspended', caller: { client_id: record.clientId } });
  });
});

test('a fault of the lookup is thrown, and the next request looks again', async () => {
  const broken = createKeyAuthorizer({
    apiKeys: {
      find: async () => {
        lookups += 1;
        if (lookups === 1) throw new Error('the database is away');
        return record;
      },
    },
    pepper: async () => pepper,
    compare: async () => true,
    now: () => now,
  });
  await expect(broken(good)).rejects.toThrow('the database is away');
  expect(await broken(good)).toMatchObject({ outcome: 'allowed' });
});
