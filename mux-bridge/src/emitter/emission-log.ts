import type { LoggedEmissions } from '#shared/adapters/carousel/log-emissions.ts';

export interface EmissionLog {
  sent(emmId: string, at: number): void;
  /** What changed since it was last taken, with counts since the minute began. */
  take(): LoggedEmissions[];
}

interface Count {
  readonly minute: number;
  readonly emmId: string;
  times: number;
  readonly firstAt: number;
  lastAt: number;
  isChanged: boolean;
}

const minuteMs = 60_000;
const textOf = (time: number): string => new Date(time).toISOString();

/** Counts what was sent by EMM and minute. Minutes that are over are forgotten once they were taken. */
export const createEmissionLog = (): EmissionLog => {
  let minute = 0;
  let counts = new Map<string, Count>();
  /** Of minutes that are over. */
  let past: Count[] = [];

  return {
    sent: (emmId, at) => {
      const now = Math.floor(at / minuteMs) * minuteMs;
      if (now !== minute) {
        past = [...past, ...[...counts.values()].filter(({ isChanged }) => isChanged)];
        counts = new Map();
        minute = now;
      }
      const count = counts.get(emmId);
      if (!count) {
        counts.set(emmId, { minute, emmId, times: 1, firstAt: at, lastAt: at, isChanged: true });
        return;
      }
      count.times += 1;
      count.lastAt = at;
      count.isChanged = true;
    },
    take: () => {
      const changed = [...past, ...[...counts.values()].filter(({ isChanged }) => isChanged)];
      past = [];
      for (const count of changed) count.isChanged = false;
      return changed.map((count) => ({
        minute: textOf(count.minute),
        emm_id: count.emmId,
        times: count.times,
        first_at: textOf(count.firstAt),
        last_at: textOf(count.lastAt),
      }));
    },
  };
};
