import { JwtVerifier } from 'aws-jwt-verify';
import { FetchError, JwksValidationError, JwkValidationError } from 'aws-jwt-verify/error';
import { SimpleFetcher } from 'aws-jwt-verify/https';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';

/** Who signs tokens, for whom, and where the public keys are (RFC 7517, 5). */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
}

export type VerifiedToken =
  | { readonly outcome: 'verified'; readonly claims: object }
  /** `reason`: the library's class of error. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** @throws the library's errors when the keys cannot be had: a fault. */
export type Tokens = (token: string) => Promise<VerifiedToken>;

/** A key that the issuer has withdrawn is refused within this time. */
const keysAgeMs = 5 * 60_000;
/** An issuer that does not answer is left alone for this time. */
const pauseMs = 10_000;

/** The issuer's fault or the network's: nothing is known of the token then. */
const isFault = (error: unknown): boolean =>
  error instanceof FetchError || error instanceof JwksValidationError || error instanceof JwkValidationError;

/** Fetches as the library does, and repeats a failure without asking for a while: whoever has no token can cause it. */
const createFetcher = (now: () => number): Pick<SimpleFetcher, 'fetch'> => {
  const fetcher = new SimpleFetcher();
  let failed: { readonly at: number; readonly error: unknown } | undefined;
  return {
    fetch: async (...request) => {
      if (failed && now() - failed.at < pauseMs) throw failed.error;
      try {
        const answer = await fetcher.fetch(...request);
        failed = undefined;
        return answer;
      } catch (error) {
        failed = { at: now(), error };
        throw error;
      }
    },
  };
};

/**
 * Verifies JWTs (RFC 7519) by the issuer's public keys: signature under one of the asymmetric algorithms, issuer,
 * audience, `exp` and `nbf` where they are there. A token of an unknown key makes the keys be fetched again, at most
 * once in ten seconds.
 */
export const connectTokens = ({ issuer, audience, jwksUri }: TokenIssuer, now: () => number = Date.now): Tokens => {
  const keys = new SimpleJwksCache({ fetcher: createFetcher(now) });
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache: keys });
  let fetchedAt = now();

  /** Keys that cannot be had again stay as they are: the issuer's absence is no reason to refuse its tokens. */
  const renewKeys = async (): Promise<void> => {
    if (now() - fetchedAt < keysAgeMs) return;
    fetchedAt = now();
    const renewed = await keys.getJwks(jwksUri).catch(() => undefined);
    if (renewed) verifier.cacheJwks(renewed);
  };

  return async (token) => {
    await renewKeys();
    try {
      return { outcome: 'verified', claims: await verifier.verify(token) };
    } catch (error) {
      if (isFault(error)) throw error;
      // Whatever else there is was brought about by the token.
      return { outcome: 'refused', reason: error instanceof Error ? error.constructor.name : 'unknown' };
    }
  };
};
