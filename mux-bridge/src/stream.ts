import { readEmmsOnAir, readEmmsSealed, readEmmsWithdrawn, readNow } from '#shared/adapters/carousel/follow-emms.ts';
import { type LoggedEmissions, logEmissions } from '#shared/adapters/carousel/log-emissions.ts';
import { type CarouselRow, readLastSent } from '#shared/adapters/carousel/read-carousels.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import type { Leases } from '#shared/adapters/leases.ts';
import { CarouselClasses, sharesOfClasses, windowsOfClasses } from '#shared/contracts/carousels.ts';
import { type Carousel, type CarouselSettings, createCarousel } from '#shared/domain/carousel/carousel.ts';
import { logger } from '#shared/telemetry.ts';
import { createEmissionLog } from './emitter/emission-log.ts';
import { createEmitter, type Emitter } from './emitter/emit.ts';
import { type EmmSource, followEmms } from './emitter/follow.ts';
import { type HeldLease, holdLease } from './emitter/hold-lease.ts';
import { openOutput } from './output/open-output.ts';
import type { Output } from './output/output.ts';
import { createPause } from './pause.ts';

export interface StreamNeeds {
  readonly sql: Sql;
  readonly leases: Pick<Leases, 'acquire' | 'renew' | 'release'>;
  /** Unique to this task. */
  readonly holder: string;
  /** Of the emitter's word: so long after its death another one may begin, and two seconds more. Default 10. */
  readonly leaseSeconds?: number;
}

/** One carousel, of which this task or another one is the emitter. */
export interface Stream {
  readonly isActive: boolean;
  /** Of what may be sent now; 0 while another emits. */
  readonly allocation: number;
  readonly emissions: number;
  readonly octets: number;
  /** EMMs that it holds. */
  readonly held: number;
  /** Bandwidth, shares, windows and pause: what changes without a new connection. */
  change(row: CarouselRow): void;
  stop(): Promise<void>;
}

const usualLeaseSeconds = 10;
const standbyMs = 1_000;
/** Settings that do not fit are a person's to change. */
const faultMs = 15_000;
const tickMs = 10;
const lookMs = 1_000;
const logMs = 5_000;
/** What was sealed so long before the last entry in the log may have been on its way. */
const freshMarginMs = 60_000;

const sourceOf = (sql: Sql, clientId: string): EmmSource => ({
  now: () => readNow(sql),
  all: () => readEmmsOnAir(sql, clientId),
  sealedSince: (time) => readEmmsSealed(sql, clientId, time),
  withdrawnSince: (time) => readEmmsWithdrawn(sql, clientId, time),
});

/** @throws ZodError when somebody has written classes by hand that cannot be kept. */
const settingsOf = (row: CarouselRow): CarouselSettings => {
  const classes = CarouselClasses.parse(row.classes);
  return { shares: sharesOfClasses(classes), windows: windowsOfClasses(classes) };
};

interface Active {
  readonly carousel: Carousel;
  readonly output: Output;
  readonly emitter: Emitter;
  change(row: CarouselRow): void;
  /** Stops at once; nothing is sent any more when it returns. */
  halt(): void;
  /** Says goodbye to the output, after which the lease may be given back. */
  close(): Promise<void>;
}

/** Emits a carousel under a lease that is held. */
const activate = (row: CarouselRow, needs: StreamNeeds, lease: HeldLease, lastSent: Date | null): Active => {
  const { sql } = needs;
  const about = { carousel_id: row.id, client_id: row.client_id };
  const carousel = createCarousel(settingsOf(row));
  const output = openOutput(row, (event) => logger.info('An output reports', { ...about, ...event }));
  const log = createEmissionLog();
  const emitter = createEmitter(carousel, output, { wallTime: Date.now, now: () => performance.now(), sent: log.sent });
  emitter.isPaused = row.is_paused;
  const fault = (line: string) => (error: unknown) => logger.warn(line, { ...about, error: error as Error });
  const follower = followEmms(sourceOf(sql, row.client_id), carousel, {
    freshAfter: lastSent && new Date(lastSent.getTime() - freshMarginMs),
    everyMs: lookMs,
    now: Date.now,
    fault: fault('EMMs could not be read yet'),
  });

  /** What could not be written yet, by minute and EMM: of each the last count, since no statement takes two of one row. */
  const unwritten = new Map<string, LoggedEmissions>();
  const writeOnce = async (): Promise<void> => {
    for (const each of log.take()) unwritten.set(`${each.minute} ${each.emm_id}`, each);
    const some = [...unwritten];
    try {
      const emissions = some.map(([, each]) => each);
      await logEmissions(sql, row.id, lease.generation, output.allocation, emissions);
      for (const [key] of some) unwritten.delete(key);
    } catch (error) {
      fault('What was sent could not be written down yet')(error);
    }
  };
  let writing = Promise.resolve();
  const writeLog = (): Promise<void> => {
    writing = writing.then(writeOnce);
    return writing;
  };
  // A task that was asleep past its lease must not send before it has noticed.
  const ticking = setInterval(() => lease.isSafe() && emitter.tick(), tickMs);
  const logging = setInterval(() => void writeLog(), logMs);

  const halt = (): void => {
    clearInterval(ticking);
    clearInterval(logging);
  };

  let wanted = row.bandwidth_kbit_s;
  return {
    carousel,
    output,
    emitter,
    change: (next) => {
      carousel.configure(settingsOf(next));
      emitter.isPaused = next.is_paused;
      if (next.bandwidth_kbit_s !== wanted) output.request(next.bandwidth_kbit_s);
      wanted = next.bandwidth_kbit_s;
    },
    halt: () => {
      halt();
      output.destroy();
      void follower.stop().then(writeLog);
    },
    close: async () => {
      halt();
      await Promise.all([output.close(), follower.stop()]);
      await writeLog();
    },
  };
};

/** Emits a carousel whenever this task has its lease, and stands by while another has it. */
export const startStream = (first: CarouselRow, needs: StreamNeeds): Stream => {
  const about = { carousel_id: first.id, client_id: first.client_id };
  const { leaseSeconds = usualLeaseSeconds } = needs;
  let row = first;
  let lease: HeldLease | null = null;
  let active: Active | null = null;
  let isStopped = false;
  const pause = createPause();

  const lost = (reason: string): void => {
    active?.halt();
    active = null;
    lease = null;
    logger.warn('A carousel is lost to another task', { ...about, reason });
  };

  const fault = (error: unknown): void =>
    logger.warn('A lease does not get an answer', { ...about, error: error as Error });

  const tryOnce = async (): Promise<void> => {
    const held = await holdLease(needs.leases, `carousel-${first.id}`, needs.holder, leaseSeconds, {
      lost,
      fault,
    });
    if (!held) return;
    lease = held;
    const lastSent = await readLastSent(needs.sql, first.id);
    if (isStopped || !held.isSafe()) return;
    active = activate(row, needs, held, lastSent);
    logger.info('A carousel is emitted from here', { ...about, generation: held.generation });
  };

  const giveBack = async (): Promise<void> => {
    const [closing, held] = [active, lease];
    active = null;
    lease = null;
    await closing?.close();
    await held?.release();
  };

  const run = async (): Promise<void> => {
    while (!isStopped) {
      let waitMs = standbyMs;
      if (!active)
        await tryOnce().catch(async (error: unknown) => {
          logger.error('A carousel cannot be emitted', { ...about, error: error as Error });
          waitMs = faultMs;
          await giveBack().catch(fault);
        });
      await pause.wait(waitMs);
    }
  };
  const running = run();

  return {
    get isActive() {
      return active !== null;
    },
    get allocation() {
      return active?.output.allocation ?? 0;
    },
    get emissions() {
      return active?.emitter.emissions ?? 0;
    },
    get octets() {
      return active?.emitter.octets ?? 0;
    },
    get held() {
      return active?.carousel.size ?? 0;
    },
    change: (next) => {
      row = next;
      try {
        active?.change(next);
      } catch (error) {
        logger.error('A carousel goes on as it was', { ...about, error: error as Error });
      }
    },
    stop: async () => {
      isStopped = true;
      pause.wake();
      await running;
      await giveBack();
    },
  };
};
