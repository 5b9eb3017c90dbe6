import type { Caller } from '#shared/contracts/scopes.ts';

/** Why a credential is not one. It is logged, and never told to whoever came with it. */
export type Refusal =
  | 'missing'
  | 'ambiguous'
  | 'malformed'
  | 'forged'
  | 'unknown'
  | 'wrong-secret'
  | 'revoked'
  | 'expired'
  | 'no-issuer'
  | 'not-verified'
  | 'lacks-claims';

export type Authorization =
  | { readonly outcome: 'allowed'; readonly caller: Caller }
  | { readonly outcome: 'suspended'; readonly caller: Caller }
  | { readonly outcome: 'refused'; readonly reason: Refusal; readonly detail?: string };

export const refused = (reason: Refusal, detail?: string): Authorization => ({
  outcome: 'refused',
  reason,
  ...(detail === undefined ? {} : { detail }),
});

/** What is known of a credential's client is asked for again after this time: a suspension or revocation is in force. */
export const recordAgeMs = 60_000;
export const maxRemembered = 10_000;
