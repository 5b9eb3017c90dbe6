const hourMs = 3_600_000;

/**
 * When an hour is looked at again. An hour is looked at as often as `lookHours` says, in hours since its end, ascending; a
 * look that came late stands for those it has missed.
 *
 * @returns null when it was the last look.
 */
export const nextLookAt = (hour: Date, lookedAt: Date, lookHours: readonly number[]): Date | null => {
  const looks = lookHours.map((hours) => new Date(hour.getTime() + (1 + hours) * hourMs));
  return looks.find((look) => look > lookedAt) ?? null;
};
