/** The states of a key's epoch, in their order. */
export type EpochState = 'PENDING' | 'ACTIVE' | 'DRAINING' | 'RETIRED' | 'DESTROYED';

export interface Epoch {
  readonly epoch: number;
  readonly state: EpochState;
  readonly wrapped_at: Date;
  /** When every device had an EMM with the key. */
  readonly delivered_at: Date | null;
  readonly activated_at: Date | null;
}

export interface RotationRules {
  /** How long an epoch is ACTIVE. */
  readonly epoch_hours: number;
  /** How long the next epoch's key is on air before. */
  readonly key_lead_minutes: number;
}

export interface RotationPlan {
  /** The epoch to be made, and what it is to be: the first of all is ACTIVE at once, since nothing was sent before it. */
  readonly make: { readonly epoch: number; readonly state: 'PENDING' | 'ACTIVE' } | null;
  readonly activate: number | null;
  /** Epochs whose key is to be wrapped anew. */
  readonly rewrap: readonly number[];
  /** The key should have been changed long ago. */
  readonly is_overdue: boolean;
}

const hour = 3_600_000;
/** The three clocks of docs/cas.md: wrapping is renewed four times a year, whatever the epochs do. */
const rewrapAfter = 90 * 24 * hour;
/** Beside the lead: the time that sealing and sending to every device may take. */
const preparation = hour;

/**
 * What is to be done about the epochs of a CA system now. A function of its arguments, so that two runs plan the same.
 *
 * @param isDrill the next epoch is to come now, however young this one is; its key is on air as long before as ever.
 */
export const planRotation = (
  epochs: readonly Epoch[],
  { epoch_hours, key_lead_minutes }: RotationRules,
  now: Date,
  isDrill = false,
): RotationPlan => {
  const active = epochs.find(({ state }) => state === 'ACTIVE');
  const pending = epochs.find(({ state }) => state === 'PENDING');
  const next = Math.max(0, ...epochs.map(({ epoch }) => epoch)) + 1;
  const age = now.getTime() - (active?.activated_at ?? now).getTime();
  const lead = key_lead_minutes * 60_000;
  const isOld = (atLeast: number): boolean => isDrill || age >= atLeast;
  const hasLed = pending?.delivered_at && now.getTime() - pending.delivered_at.getTime() >= lead;
  return {
    make:
      !active && !pending
        ? { epoch: next, state: 'ACTIVE' }
        : !pending && isOld(epoch_hours * hour - lead - preparation)
          ? { epoch: next, state: 'PENDING' }
          : null,
    activate: pending && hasLed && isOld(epoch_hours * hour) ? pending.epoch : null,
    rewrap: epochs
      .filter(({ state, wrapped_at }) => state !== 'DESTROYED' && now.getTime() - wrapped_at.getTime() >= rewrapAfter)
      .map(({ epoch }) => epoch),
    is_overdue: active !== undefined && age >= 2 * epoch_hours * hour,
  };
};
