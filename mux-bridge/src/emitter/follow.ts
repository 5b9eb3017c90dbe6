import type { EmmOnAir } from '#shared/adapters/carousel/follow-emms.ts';
import type { Carousel } from '#shared/domain/carousel/carousel.ts';
import { createPause } from '../pause.ts';

/** What EMMs are read from. */
export interface EmmSource {
  /** The source's own clock. */
  now(): Promise<Date>;
  all(): AsyncIterable<readonly EmmOnAir[]>;
  sealedSince(time: Date): AsyncIterable<readonly EmmOnAir[]>;
  withdrawnSince(time: Date): Promise<readonly string[]>;
}

export interface Follower {
  /** Resolves when everything was read once. */
  readonly loaded: Promise<void>;
  stop(): Promise<void>;
}

/**
 * What is written by now may become visible a moment later: each look goes back over the end of the one before, and every
 * so often much further, for statements that took long.
 */
const overlapMs = 5_000;
const longOverlapMs = 120_000;
const longEveryMs = 30_000;

export interface FollowOptions {
  /** What was sealed after this was never on air. */
  readonly freshAfter: Date | null;
  readonly everyMs: number;
  now(): number;
  fault(error: unknown): void;
}

/** Keeps a carousel at what is to be on air: first all of it, then what has changed since the last look. */
export const followEmms = (source: EmmSource, carousel: Carousel, options: FollowOptions): Follower => {
  const { promise: loaded, resolve: load } = Promise.withResolvers<void>();
  const freshAfter = options.freshAfter?.getTime() ?? Number.NEGATIVE_INFINITY;
  let isStopped = false;
  const pause = createPause();
  let lookedAt: Date | null = null;
  let lookedLongAt = 0;

  const put = (rows: readonly EmmOnAir[]): void => {
    for (const { section, sealed_at, starts_at, expires_at, number: _number, ...row } of rows)
      carousel.put(
        {
          ...row,
          section: Buffer.from(section, 'base64'),
          starts_at: starts_at.getTime(),
          expires_at: expires_at.getTime(),
          is_new: Math.max(sealed_at.getTime(), starts_at.getTime()) > freshAfter,
        },
        options.now(),
      );
  };

  const readAll = async (): Promise<void> => {
    const since = await source.now();
    for await (const rows of source.all()) {
      if (isStopped) return;
      put(rows);
    }
    lookedAt = since;
    load();
  };

  const look = async (last: Date): Promise<void> => {
    const now = await source.now();
    const isLong = now.getTime() - lookedLongAt >= longEveryMs;
    const since = new Date(last.getTime() - (isLong ? longOverlapMs : overlapMs));
    for await (const rows of source.sealedSince(since)) put(rows);
    for (const id of await source.withdrawnSince(since)) carousel.withdraw(id);
    lookedAt = now;
    if (isLong) lookedLongAt = now.getTime();
  };

  const run = async (): Promise<void> => {
    while (!isStopped) {
      await (lookedAt ? look(lookedAt) : readAll()).catch(options.fault);
      await pause.wait(options.everyMs);
    }
  };
  const running = run();

  return {
    loaded,
    stop: async () => {
      isStopped = true;
      pause.wake();
      await running;
    },
  };
};
