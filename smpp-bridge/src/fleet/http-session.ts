import * as z from 'zod';
import { signCallback } from '#shared/domain/callback-signature.ts';
import { httpRefusal, httpStatusOf } from '#shared/domain/refusal.ts';
import type { LaneSession } from '../delivery/lane.ts';
import type { SessionState, SubmitResult } from '../session/session-types.ts';

/** One part as an HTTP provider is posted it; docs/providers.md. */
export interface HttpPart {
  readonly destination_addr: string;
  /** The same in every attempt, so that a provider that has taken the part can tell that it comes again. */
  readonly idempotencyKey: string;
  readonly body: object;
}

export interface HttpAddress {
  readonly url: string;
  /** Signs every request. */
  readonly key: string;
  readonly timeoutMs: number;
}

/** What ends an HTTP session: it was refused as a whole, or not reached. */
export interface HttpEnded {
  readonly isLockedOut: boolean;
  readonly trouble: string;
}

const mostAnswer = 64 * 1024;
const Taken = z.object({ message_id: z.string().min(1).max(64) });

const taken = (text: string): SubmitResult => {
  try {
    const parsed = Taken.safeParse(JSON.parse(text));
    return { outcome: 'accepted', messageId: parsed.success ? parsed.data.message_id : '' };
  } catch {
    return { outcome: 'accepted', messageId: '' };
  }
};

/** Nobody can say what became of a request that a server failed over; 503 says that it was not begun. */
const isUncertain = (status: number): boolean => status >= 500 && status !== 501 && status !== 503;

const resultOf = (status: number, text: string): SubmitResult => {
  if (status >= 200 && status < 300) return taken(text);
  return isUncertain(status)
    ? { outcome: 'unknown', reason: 'response-timeout' }
    : { outcome: 'refused', commandStatus: httpRefusal(status) };
};

/** Of errors before a connection stands: then no octet of the request was sent. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'no answer';
};

const readText = async (response: Response): Promise<string> => {
  const text = await response.text();
  return text.length > mostAnswer ? '' : text;
};

/** Posts one part. @returns what became of it, and why the provider was not reached when it was not. */
const post = async (
  { url, key, timeoutMs }: HttpAddress,
  part: HttpPart,
): Promise<{ readonly result: SubmitResult; readonly trouble?: string }> => {
  const body = JSON.stringify(part.body);
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': part.idempotencyKey,
        'signalbox-signature': signCallback({ body, at: Math.floor(Date.now() / 1000), secrets: [key] }),
      },
      body,
    });
    return { result: resultOf(response.status, await readText(response)) };
  } catch (error) {
    const code = codeOf(error);
    if (neverSent.has(code)) return { result: { outcome: 'not-sent' }, trouble: code };
    return { result: { outcome: 'unknown', reason: 'response-timeout' } };
  }
};

/** What stands for a bind with an HTTP provider: so many requests at once, until it is refused as a whole or not reached. */
export const openHttpSession = (
  address: HttpAddress,
  window: number,
  ended: (ended: HttpEnded) => void,
): LaneSession<HttpPart> & { readonly idle: () => Promise<void>; close(): void } => {
  let state: SessionState = 'BOUND_TX';
  let size = window;
  let inFlight = 0;
  let waiters: ((isFree: boolean) => void)[] = [];
  let idlers: (() => void)[] = [];

  const freeSlots = (): number => (state === 'CLOSED' ? 0 : Math.max(0, size - inFlight));
  const tell = (): void => {
    if (state !== 'CLOSED' && freeSlots() === 0) return;
    const some = waiters;
    waiters = [];
    for (const wake of some) wake(state !== 'CLOSED');
  };
  const close = (): void => {
    state = 'CLOSED';
    tell();
  };
  const end = (reason: HttpEnded): void => {
    if (state === 'CLOSED') return;
    close();
    ended(reason);
  };

  return {
    get state() {
      return state;
    },
    get freeSlots() {
      return freeSlots();
    },
    get inFlight() {
      return inFlight;
    },
    submit: async (part) => {
      if (freeSlots() === 0) return { outcome: 'not-sent' };
      inFlight += 1;
      const { result, trouble } = await post(address, part);
      inFlight -= 1;
      if (trouble !== undefined) end({ isLockedOut: false, trouble });
      tell();
      if (inFlight === 0) {
        for (const wake of idlers) wake();
        idlers = [];
      }
      return result;
    },
    whenSlotFree: () =>
      state === 'CLOSED' || freeSlots() > 0
        ? Promise.resolve(state !== 'CLOSED')
        : new Promise((resolve) => waiters.push(resolve)),
    resizeWindow: (wanted) => {
      size = wanted;
      tell();
    },
    fault: (status) => end({ isLockedOut: true, trouble: `it answers HTTP ${httpStatusOf(status)}` }),
    idle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    close,
  };
};
