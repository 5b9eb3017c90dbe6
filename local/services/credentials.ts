import { randomBytes } from 'node:crypto';
import type { Call, Gate, Verdict } from './gate.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Credentials extends Gate {
  /** A fresh access key of that principal; every key issued stays valid. */
  issue(principal: string): AccessKey;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The register of access keys: who holds which.
 * What a principal may do is asked of `authorize`, which by default allows everything.
 */
export const createCredentials = (authorize: (call: Call) => Verdict = () => ({ allowed: true })): Credentials => {
  const holders = new Map<string, string>();
  return {
    issue: (principal) => {
      const accessKeyId = `AKIA${[...randomBytes(16)].map((byte) => base32[byte % 32]).join('')}`;
      holders.set(accessKeyId, principal);
      return { accessKeyId, secretAccessKey: randomBytes(30).toString('base64') };
    },
    identify: (accessKeyId) => holders.get(accessKeyId),
    authorize,
  };
};
