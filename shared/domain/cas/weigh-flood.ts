/** How often somebody has asked, this time included. */
export interface Asking {
  readonly last_minute: number;
  readonly last_hour: number;
  readonly last_day: number;
  /** Requests of the last hour that were refused: whoever tries cards is among those who have many. */
  readonly refused_last_hour: number;
}

export type AskingLimits = Asking;

/** What one telephone may ask; a dealer's telephone has more by configuration. */
export const usualLimits: AskingLimits = { last_minute: 5, last_hour: 30, last_day: 100, refused_last_hour: 10 };

/**
 * Whether a request is answered. The first one above a limit is told so, those after it meet silence: an answer to each
 * would be a flood of our own.
 */
export const weighFlood = (asking: Asking, limits: AskingLimits): 'answer' | 'warn' | 'silence' => {
  const names = ['last_minute', 'last_hour', 'last_day', 'refused_last_hour'] as const;
  const most = Math.max(...names.map((name) => asking[name] - limits[name]));
  if (most <= 0) return 'answer';
  return most === 1 ? 'warn' : 'silence';
};
