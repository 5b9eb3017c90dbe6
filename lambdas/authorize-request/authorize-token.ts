import * as z from 'zod';
import { ClientId } from '#shared/contracts/identifiers.ts';
import { Scope } from '#shared/contracts/scopes.ts';
import { createBoundedMemory, rememberedOr } from '#shared/domain/bounded-memory.ts';
import { type Authorization, maxRemembered, recordAgeMs, refused } from './authorization.ts';

export interface ClientRecord {
  readonly ratePerSecond: number;
  readonly burst: number;
  /** Joined by a space. */
  readonly nationalLanguages: string;
  readonly suspendedAt: Date | null;
}

export interface Surroundings {
  /** Checks signature, issuer, audience and times, and gives the claims. */
  verify(
    token: string,
  ): Promise<
    { readonly outcome: 'verified'; readonly claims: object } | { readonly outcome: 'refused'; readonly reason: string }
  >;
  readonly clients: { find(clientId: string): Promise<ClientRecord | undefined> };
  readonly now: () => number;
}

/** In characters: what a gateway takes as a header is longer. */
const longest = 8_192;

/** A token without an end would be good for ever: there is no way to revoke one. */
const Claims = z.object({
  exp: z.number(),
  signalbox_client_id: ClientId,
  /** RFC 8693, 4.2: joined by spaces. What is no scope of ours counts for nothing. */
  scope: z.string().default(''),
  sub: z.string().optional(),
});

const ownScopes = (scope: string): string => {
  const given = new Set(scope.split(' '));
  return Scope.options.filter((own) => given.has(own)).join(' ');
};

/** As what the audit log names the token's bearer: visible ASCII, as a key's id is. */
const keyIdOf = (sub: string | undefined): string => {
  const name = sub?.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 100);
  return name ? `jwt:${name}` : 'jwt';
};

/** Tells who asks by a JWT. The client's row gives what no token says: its limits, and whether it is suspended. */
export const createTokenAuthorizer = ({ verify, clients, now }: Surroundings) => {
  const records = createBoundedMemory<Promise<ClientRecord | undefined>>({
    maxEntries: maxRemembered,
    maxAgeMs: recordAgeMs,
    now,
  });

  const recordOf = async (clientId: string) => {
    const record = await rememberedOr(records, clientId, () => clients.find(clientId));
    // An unknown client may be there the next moment, and the token is genuine: it is not held against it.
    if (!record) records.delete(clientId);
    return record;
  };

  return async (token: string): Promise<Authorization> => {
    if (token.length > longest) return refused('malformed');
    const verified = await verify(token);
    if (verified.outcome === 'refused') return refused('not-verified', verified.reason);
    const claims = Claims.safeParse(verified.claims);
    if (!claims.success) return refused('lacks-claims');
    const { signalbox_client_id: clientId, scope, sub } = claims.data;
    const record = await recordOf(clientId);
    if (!record) return refused('unknown');
    const caller = {
      client_id: clientId,
      key_id: keyIdOf(sub),
      scopes: ownScopes(scope),
      is_test: 'false',
      rate_per_second: `${record.ratePerSecond}`,
      burst: `${record.burst}`,
      national_languages: record.nationalLanguages,
    } as const;
    return { outcome: record.suspendedAt ? 'suspended' : 'allowed', caller };
  };
};
