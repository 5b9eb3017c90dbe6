import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { callbackUrlRefusals, checkCallbackUrl } from '#shared/domain/callback-url.ts';
import { isPublicAddress } from '#shared/domain/public-address.ts';
import { AddressRefused, createPublicLookup, createResolve, type Resolve } from './public-lookup.ts';

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

/** What of an answer's body is let come before the connection is cut; nobody reads it. */
const maxAnswerBytes = 64 * 1_024;

/** Connections are not kept: a function may be frozen for minutes between two callbacks. */
const httpAgent = new HttpAgent({ keepAlive: false });
const httpsAgent = new HttpsAgent({ keepAlive: false });

/** Lets the body pass and go; the status stands, whatever comes of the body. */
const discard = (answer: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) answer.destroy();
    });
    answer.on('error', () => resolve());
    answer.on('close', () => resolve());
  });

/** A fault by its code: its message may hold addresses or parts of the URL. */
const describeFault = (error: NodeJS.ErrnoException, signal: AbortSignal, deadlineMs: number): Posted => {
  if (error instanceof AddressRefused) return { outcome: 'refused', error: error.message };
  if (signal.aborted) return { outcome: 'unreachable', error: `No answer within ${deadlineMs / 1_000} s` };
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
    const secure = check.url.protocol === 'https:';
    const signal = AbortSignal.timeout(deadlineMs);
    const settings = {
      method: 'POST',
      agent: secure ? httpsAgent : httpAgent,
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Signalbox-Callbacks/1',
        'signalbox-signature': signature,
      },
      // An exempt origin is named by the operator: the system may resolve it, from the hosts file too.
      ...(check.exempt ? {} : { lookup }),
    };
    return new Promise<Posted>((settle) => {
      let answered: Posted | undefined;
      const request = (secure ? requestHttps : requestHttp)(check.url, settings, (answer) => {
        const posted: Posted = { outcome: 'answered', status: answer.statusCode ?? 0 };
        answered = posted;
        void discard(answer).then(() => settle(posted));
      });
      request.on('error', (error) => settle(answered ?? describeFault(error, signal, deadlineMs)));
      request.end(body);
    });
  };
};
