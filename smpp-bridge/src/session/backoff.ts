import { commandStatuses } from '../pdu/command-status.ts';

/** Why there is no bind. */
export type BindFailure =
  /** The SMSC answered the bind with this command_status. */
  | { readonly kind: 'refused'; readonly commandStatus: number }
  /** No connection, or none that became a bind, or a bind that was lost. */
  | { readonly kind: 'unreachable' };

/** How long to wait, in milliseconds. */
export interface BackoffPolicy {
  /** Doubled with each attempt, up to the ceiling. */
  readonly baseMs: number;
  readonly ceilingMs: number;
  /** For a bind that the SMSC failed for reasons of its own (0x0D): it begins slower. */
  readonly bindFailedBaseMs: number;
  /** 0x05: the old bind is a zombie at the SMSC, which must notice by its own inactivity timer. */
  readonly alreadyBoundMs: number;
  /** 0x0E, 0x0F: accounts lock when they are tried too often. */
  readonly circuitOpenMs: number;
}

export const defaultBackoff: BackoffPolicy = {
  baseMs: 500,
  ceilingMs: 60_000,
  bindFailedBaseMs: 5_000,
  alreadyBoundMs: 60_000,
  circuitOpenMs: 300_000,
};

/** Whether a bind was refused for what was configured, which only a person can mend. */
export const opensCircuit = (failure: BindFailure): boolean =>
  failure.kind === 'refused' &&
  (failure.commandStatus === commandStatuses.ESME_RINVPASWD ||
    failure.commandStatus === commandStatuses.ESME_RINVSYSID);

export interface Retry {
  /** How many attempts failed since the last stable bind, this one among them: from 1. */
  readonly attempt: number;
  readonly failure: BindFailure;
  /** From 0 to below 1. */
  readonly random: number;
}

/**
 * How long to wait before the next bind, in milliseconds: exponential with full jitter, so that bridges which lost
 * their SMSC at the same moment do not come back at the same moment. A wait for something known (a zombie, a locked
 * account) has a floor, and jitter above it.
 */
export const retryDelayMs = ({ attempt, failure, random }: Retry, policy = defaultBackoff): number => {
  if (opensCircuit(failure)) return policy.circuitOpenMs * (1 + random);
  const status = failure.kind === 'refused' ? failure.commandStatus : undefined;
  if (status === commandStatuses.ESME_RALYBND) return policy.alreadyBoundMs * (1 + random);
  const base = status === commandStatuses.ESME_RBINDFAIL ? policy.bindFailedBaseMs : policy.baseMs;
  return random * Math.min(policy.ceilingMs, base * 2 ** (attempt - 1));
};
