import { createHash } from 'node:crypto';
import type { Caller } from '#shared/contracts/scopes.ts';
import { isGenuine, parseApiKey } from '#shared/domain/api-key.ts';
import { createBoundedMemory, rememberedOr } from '#shared/domain/bounded-memory.ts';
import { type Authorization, maxRemembered, recordAgeMs, refused } from './authorization.ts';

export interface KeyRecord {
  readonly clientId: string;
  readonly secretHash: string;
  /** Joined by a space. */
  readonly scopes: string;
  readonly isTest: boolean;
  readonly ratePerSecond: number;
  readonly burst: number;
  /** Joined by a space. */
  readonly nationalLanguages: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly suspendedAt: Date | null;
}

export interface ApiKeys {
  find(keyId: string): Promise<KeyRecord | undefined>;
}

export interface Surroundings {
  readonly apiKeys: ApiKeys;
  /** With what the checks of keys are made. */
  readonly pepper: () => Promise<string>;
  /** Compares a secret with its bcrypt hash: tens of milliseconds. */
  readonly compare: (secret: string, hash: string) => Promise<boolean>;
  readonly now: () => number;
}

/** The hash belongs to it, so that a secret replaced under the same key id is compared anew. */
const digest = (secret: string, hash: string) => createHash('sha256').update(`${hash} ${secret}`).digest('base64');

const callerOf = (record: KeyRecord, keyId: string): Caller => ({
  client_id: record.clientId,
  key_id: keyId,
  scopes: record.scopes,
  is_test: record.isTest ? 'true' : 'false',
  rate_per_second: `${record.ratePerSecond}`,
  burst: `${record.burst}`,
  national_languages: record.nationalLanguages,
});

/**
 * Tells who asks by the value of `X-API-Key`. The cheap refusals come first: the shape, then the check, which only
 * somebody with the pepper can make, then the record, and bcrypt last and once per process for each key.
 */
export const createKeyAuthorizer = ({ apiKeys, pepper, compare, now }: Surroundings) => {
  const records = createBoundedMemory<Promise<KeyRecord | undefined>>({
    maxEntries: maxRemembered,
    maxAgeMs: recordAgeMs,
    now,
  });
  const verified = createBoundedMemory<true>({ maxEntries: maxRemembered, now });

  const recordOf = async (keyId: string) => {
    const record = await rememberedOr(records, keyId, () => apiKeys.find(keyId));
    // An unknown key may be there the next moment, and its check is genuine: it is not held against it.
    if (!record) records.delete(keyId);
    return record;
  };

  const isSecret = async (secret: string, hash: string) => {
    const known = digest(secret, hash);
    if (verified.get(known)) return true;
    const right = await compare(secret, hash);
    if (right) verified.set(known, true);
    return right;
  };

  return async (apiKey: string | undefined): Promise<Authorization> => {
    if (apiKey === undefined || apiKey === '') return refused('missing');
    const key = parseApiKey(apiKey);
    if (!key) return refused('malformed');
    if (!isGenuine(key, await pepper())) return refused('forged');
    const record = await recordOf(key.keyId);
    if (!record) return refused('unknown');
    if (!(await isSecret(key.secret, record.secretHash))) return refused('wrong-secret');
    if (record.revokedAt) return refused('revoked');
    if (record.expiresAt && record.expiresAt.getTime() <= now()) return refused('expired');
    // A test key is told from others by its own text too, which its check covers: nobody turns one into the other.
    if (record.isTest !== key.test) return refused('forged');
    const caller = callerOf(record, key.keyId);
    return { outcome: record.suspendedAt ? 'suspended' : 'allowed', caller };
  };
};
