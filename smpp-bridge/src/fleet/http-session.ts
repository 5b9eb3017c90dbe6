import type { LookupFunction } from 'node:net';
import * as z from 'zod';
import { createAgents, type OutwardAgents, postOutward } from '#shared/adapters/post-outward.ts';
import { AddressRefused } from '#shared/adapters/public-lookup.ts';
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
  /** Resolves its host and refuses what must not be called; the system resolves it when left out. */
  readonly lookup?: LookupFunction | undefined;
}

/** What ends an HTTP session: it was refused as a whole, or not reached. */
export interface HttpEnded {
  readonly isLockedOut: boolean;
  readonly trouble: string;
  /** It had been reached before in this session. */
  readonly wasReached: boolean;
}

/** A connection is kept for the next part so long: less than a server usually keeps it. */
const keptMs = 4_000;
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

/** @param text null: the answer broke off, and with it what a part that was taken is called. */
const resultOf = (status: number, text: string | null): SubmitResult => {
  const isTaken = status >= 200 && status < 300;
  if (isUncertain(status) || (isTaken && text === null)) return { outcome: 'unknown', reason: 'response-timeout' };
  return isTaken ? taken(text ?? '') : { outcome: 'refused', commandStatus: httpRefusal(status) };
};

/** Why nothing was sent, for an operator. */
const troubleIn = (error: NodeJS.ErrnoException, isLate: boolean): string => {
  if (error instanceof AddressRefused) return error.message;
  return isLate ? 'no connection in time' : (error.code ?? error.name);
};

/** Posts one part. @returns what became of it, and why the provider was not reached when it was not. */
const post = async (
  { url, key, timeoutMs, lookup }: HttpAddress,
  agents: OutwardAgents,
  part: HttpPart,
): Promise<{ readonly result: SubmitResult; readonly trouble?: string }> => {
  const body = JSON.stringify(part.body);
  const posted = await postOutward({
    url: new URL(url),
    body,
    headers: {
      'idempotency-key': part.idempotencyKey,
      'signalbox-signature': signCallback({ body, at: Math.floor(Date.now() / 1000), secrets: [key] }),
    },
    deadlineMs: timeoutMs,
    agents,
    lookup,
  });
  if (posted.outcome === 'answered') return { result: resultOf(posted.status, posted.text) };
  if (posted.isSent) return { result: { outcome: 'unknown', reason: 'response-timeout' } };
  return { result: { outcome: 'not-sent' }, trouble: troubleIn(posted.error, posted.isLate) };
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
  let wasReached = false;
  const agents = createAgents(keptMs);

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
  const end = (reason: Omit<HttpEnded, 'wasReached'>): void => {
    if (state === 'CLOSED') return;
    close();
    ended({ ...reason, wasReached });
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
      const { result, trouble } = await post(address, agents, part);
      inFlight -= 1;
      if (trouble === undefined) wasReached = true;
      else end({ isLockedOut: false, trouble });
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
