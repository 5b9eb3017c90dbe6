/** A part of each day, UTC, in minutes since midnight; it may go over midnight. */
export interface DailyWindow {
  readonly from: number;
  /** Not itself within it. */
  readonly until: number;
}

const minuteMs = 60_000;
const minutesADay = 1440;

const has = ({ from, until }: DailyWindow, minute: number): boolean =>
  from <= until ? minute >= from && minute < until : minute >= from || minute < until;

/** Whether the time, in milliseconds since 1970, is within one of the windows. Without any it always is. */
export const isWithinWindows = (windows: readonly DailyWindow[], time: number): boolean =>
  windows.length === 0 || windows.some((window) => has(window, Math.floor(time / minuteMs) % minutesADay));

/**
 * Until when it stays within the windows, in milliseconds since 1970: `time` itself when it is within none, never when
 * they leave nothing out.
 */
export const onAirUntil = (windows: readonly DailyWindow[], time: number): number => {
  if (!isWithinWindows(windows, time)) return time;
  const minute = Math.floor(time / minuteMs);
  for (let ahead = 1; ahead <= minutesADay; ahead += 1)
    if (!isWithinWindows(windows, (minute + ahead) * minuteMs)) return (minute + ahead) * minuteMs;
  return Number.POSITIVE_INFINITY;
};

/** `02:30` as minutes since midnight; null for what is no time of day. */
export const minuteOfDay = (text: string): number | null => {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
};
