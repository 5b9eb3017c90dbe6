import { createHmac } from 'node:crypto';
import { issueApiKey, toBase32 } from './api-key.ts';

export interface FirstKey {
  readonly keyId: string;
  /** Of which the database keeps a hash. */
  readonly secret: string;
  /** What its owner gets. */
  readonly apiKey: string;
}

const derive = (seed: string, what: string, octets: number): string =>
  toBase32(createHmac('sha256', seed).update(`signalbox first key: ${what}`).digest().subarray(0, octets));

/**
 * The key that follows from a seed, the same whenever and by however many it is asked: so a deployment that is tried
 * again, after a step that was done or half done, comes to the key that it came to before.
 *
 * @param seed at least 32 random characters.
 */
export const firstKeyOf = (seed: string, pepper: string, test: boolean): FirstKey => {
  if (seed.length < 32) throw new RangeError('The seed of a key is shorter than 32 characters');
  const keyId = derive(seed, 'id', 10);
  const secret = derive(seed, 'secret', 20);
  return { keyId, secret, apiKey: issueApiKey({ keyId, secret, pepper, test }) };
};
