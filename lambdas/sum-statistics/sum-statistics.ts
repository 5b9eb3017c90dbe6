export interface History {
  /** The youngest hour that was ever summed up; null: none was. */
  lastSummedHour(): Promise<Date | null>;
  /** Sums an hour up anew; says how many rows of it are other than before. */
  sumHour(hour: Date): Promise<number>;
  /** True when there is no time left for another hour. */
  isLate(): boolean;
}

const hourMs = 3_600_000;
/** What a provider said may be settled late: an hour is summed up again while it is as young as this. */
const youngHours = 3;
/** After a standstill no more is made up for than this. */
const mostHours = 7 * 24;

/** The beginnings of the hours to be summed up, the oldest first. */
export const hoursAt = (now: Date, last: Date | null): Date[] => {
  const current = Math.floor(now.getTime() / hourMs) * hourMs;
  const missed = last ? Math.ceil((current - last.getTime()) / hourMs) : 0;
  const count = Math.min(mostHours, Math.max(youngHours, missed + youngHours));
  return Array.from({ length: count }, (_, i) => new Date(current - (count - 1 - i) * hourMs));
};

/** Sums up the hours that may have changed. What there is no time for is the next run's, which begins where this one ended. */
export const sumStatistics = async (
  history: History,
  now: Date,
): Promise<{ readonly hours: number; readonly rows: number }> => {
  let hours = 0;
  let rows = 0;
  for (const hour of hoursAt(now, await history.lastSummedHour())) {
    if (history.isLate()) break;
    rows += await history.sumHour(hour);
    hours += 1;
  }
  return { hours, rows };
};
