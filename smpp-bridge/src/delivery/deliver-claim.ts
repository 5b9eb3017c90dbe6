import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import type { Outcome } from '#shared/contracts/queue-messages.ts';
import type { StatusTable } from '../pdu/command-status.ts';
import type { SubmitResult, SubmitSmFields } from '../session/session-types.ts';
import { type PartToken, toOutcome } from './to-outcome.ts';
import { toSubmitSm } from './to-submit-sm.ts';

export interface Delivering {
  submit(fields: SubmitSmFields, token: PartToken): Promise<SubmitResult>;
  /** Resolves once all of it is safely in the outcomes queue. */
  report(outcomes: readonly Outcome[]): Promise<void>;
  now(): Date;
  /** What a refusal by this provider means. */
  readonly statusOf: StatusTable;
}

/**
 * Submits every part of a claimed message that is still to go, and reports what became of each.
 *
 * @returns `untouched` when no byte of it went out, so that the claim can be given back.
 */
export const deliverClaim = async (claim: Claim, delivering: Delivering): Promise<'reported' | 'untouched'> => {
  const results = await Promise.all(
    toSubmitSm(claim).map(async ({ part, fields }) => {
      const token = { message_id: MessageId.parse(claim.message_id), attempt: claim.attempt, part };
      return { token, result: await delivering.submit(fields, token) };
    }),
  );
  if (results.every(({ result }) => result.outcome === 'not-sent')) return 'untouched';
  const at = { now: delivering.now(), statusOf: delivering.statusOf };
  await delivering.report(results.map(({ token, result }) => toOutcome(token, result, at)));
  return 'reported';
};
