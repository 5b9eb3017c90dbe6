import { errorStatuses } from '#shared/domain/simulcrypt/messages.ts';
import type { MuxFailure } from './mux-session.ts';

const baseMs = 500;
const ceilingMs = 30_000;
/** What only a person can mend is not asked for every second. */
const refusedMs = 15_000;

/** Refusals by which the MUX says that it is not configured for this EMMG, or the EMMG not for it. */
const configured: ReadonlySet<number> = new Set([
  errorStatuses.unsupported_protocol_version,
  errorStatuses.unknown_client_id,
  errorStatuses.unknown_data_id,
  errorStatuses.invalid_value,
]);

/** Whether the MUX was refused for what was configured. */
export const isMisconfigured = (failure: MuxFailure): boolean =>
  failure.kind === 'refused' && failure.statuses.some((status) => configured.has(status));

/**
 * How long to wait before the next connection, in milliseconds: exponential with full jitter.
 *
 * @param attempt how many failed since the last one that got bandwidth, this one among them: from 1.
 * @param random from 0 to below 1.
 */
export const retryDelayMs = (attempt: number, failure: MuxFailure, random: number): number =>
  isMisconfigured(failure)
    ? refusedMs * (1 + random)
    : random * Math.min(ceilingMs, baseMs * 2 ** Math.min(attempt - 1, 10));
