import { type Authorization, refused } from './authorization.ts';

/** The values of the headers, as they came. */
export interface Credentials {
  readonly apiKey: string | undefined;
  readonly authorization: string | undefined;
}

export interface Authorizers {
  byKey(apiKey: string | undefined): Promise<Authorization>;
  /** Null where the stage has no issuer of tokens. */
  readonly byToken: ((token: string) => Promise<Authorization>) | null;
}

/** RFC 6750, 2.1: one space in the grammar, the scheme in any case (RFC 9110, 11.1). */
const bearer = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i;

/** Tells who asks: by `X-API-Key`, or by `Authorization: Bearer`. With both it could be either of two, so it is nobody. */
export const createAuthorizer =
  ({ byKey, byToken }: Authorizers) =>
  async ({ apiKey, authorization }: Credentials): Promise<Authorization> => {
    if (authorization === undefined) return byKey(apiKey);
    if (apiKey !== undefined) return refused('ambiguous');
    const token = bearer.exec(authorization)?.[1];
    if (token === undefined) return refused('malformed');
    return byToken ? byToken(token) : refused('no-issuer');
  };
