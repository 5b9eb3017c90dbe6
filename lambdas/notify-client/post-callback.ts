import { createAgents, postOutward } from '#shared/adapters/post-outward.ts';
import { AddressRefused, createPublicLookup, createResolve, type Resolve } from '#shared/adapters/public-lookup.ts';
import { callbackUrlRefusals, checkCallbackUrl } from '#shared/domain/callback-url.ts';
import { isPublicAddress } from '#shared/domain/public-address.ts';

export interface CallbackRequest {
  readonly url: string;
  readonly body: string;
  /** The value of the signature header. */
  readonly signature: string;
}

export type Posted =
  /** The client said something, be it a redirect, which is not followed. */
  | { readonly outcome: 'answered'; readonly status: number }
  /** Nobody said anything: another time perhaps. */
  | { readonly outcome: 'unreachable'; readonly error: string }
  /** This URL must not be called. */
  | { readonly outcome: 'refused'; readonly error: string };

export type PostCallback = (callback: CallbackRequest) => Promise<Posted>;

export interface PosterOptions {
  /** Origins that may be called although they are not public; see parseExemptOrigins. */
  readonly exemptOrigins: readonly string[];
  /** From the resolution of the name to the end of the answer. */
  readonly deadlineMs?: number;
  readonly resolve?: Resolve;
  readonly isPublic?: (address: string) => boolean;
}

/** Connections are not kept: a function may be frozen for minutes between two callbacks. */
const agents = createAgents(0);

/** A fault by its code: its message may hold addresses or parts of the URL. */
const describeFault = (error: NodeJS.ErrnoException, isLate: boolean, deadlineMs: number): Posted => {
  if (error instanceof AddressRefused) return { outcome: 'refused', error: error.message };
  if (isLate) return { outcome: 'unreachable', error: `No answer within ${deadlineMs / 1_000} s` };
  return { outcome: 'unreachable', error: `The connection failed (${error.code ?? error.name})` };
};

/**
 * Makes the sender of callbacks, which never reaches anything but the public internet: the URL is checked, then every
 * address its name resolves to, and the connection goes to an address that was checked. Redirects are not followed.
 */
export const createPoster = (options: PosterOptions): PostCallback => {
  const { exemptOrigins, deadlineMs = 10_000, resolve = createResolve(), isPublic = isPublicAddress } = options;
  const lookup = createPublicLookup(resolve, isPublic);
  return async ({ url: text, body, signature }) => {
    const check = checkCallbackUrl(text, exemptOrigins);
    if (check.outcome === 'refused') return { outcome: 'refused', error: callbackUrlRefusals[check.reason] };
    const posted = await postOutward({
      url: check.url,
      body,
      headers: { 'user-agent': 'Signalbox-Callbacks/1', 'signalbox-signature': signature },
      deadlineMs,
      agents,
      // An exempt origin is named by the operator: the system may resolve it, from the hosts file too.
      lookup: check.exempt ? undefined : lookup,
    });
    // The status stands, whatever comes of the body, which nobody reads.
    if (posted.outcome === 'answered') return { outcome: 'answered', status: posted.status };
    return describeFault(posted.error, posted.isLate, deadlineMs);
  };
};
