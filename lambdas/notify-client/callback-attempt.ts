import type { Settlement, StoredCallback } from '#shared/domain/callback.ts';
import type { Posted } from './post-callback.ts';

const firstDelayMs = 10_000;
const longestDelayMs = 3_600_000;
/** How long a client may be away. */
const giveUpAfterMs = 24 * 3_600_000;

/**
 * How long to wait after this attempt, counted from 1 since it is tried: exponential with full jitter, at most an hour.
 *
 * @param random from 0 to below 1.
 */
export const retryDelayMs = (attempt: number, random: number): number =>
  Math.round(random * Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1)));

const errorOf = (posted: Posted): string | null => {
  if (posted.outcome !== 'answered') return posted.error;
  if (posted.status >= 300 && posted.status < 400) return `Answered ${posted.status}: redirects are not followed`;
  return `Answered ${posted.status}`;
};

/**
 * What an attempt means for its callback: any 2xx delivers it, a URL that must not be called ends it, and all else is
 * tried again for 24 hours.
 */
export const settlementOf = (
  callback: Pick<StoredCallback, 'id' | 'attempt' | 'triedSince' | 'attemptsBefore'>,
  posted: Posted,
  now: Date,
  random: number,
): Settlement => {
  const { id, attempt, triedSince, attemptsBefore } = callback;
  const status = posted.outcome === 'answered' ? posted.status : null;
  if (status !== null && status >= 200 && status < 300)
    return { id, attempt, outcome: 'delivered', nextAttemptAt: null, status, error: null };
  const error = errorOf(posted);
  const ended = { id, attempt, nextAttemptAt: null, status, error };
  if (posted.outcome === 'refused') return { ...ended, outcome: 'refused' };
  if (now.getTime() - triedSince.getTime() >= giveUpAfterMs) return { ...ended, outcome: 'given-up' };
  const nextAttemptAt = new Date(now.getTime() + retryDelayMs(attempt - attemptsBefore, random));
  return { id, attempt, outcome: 'retried', nextAttemptAt, status, error };
};
