import type { MessageId } from '#shared/contracts/identifiers.ts';
import type { Outcome } from '#shared/contracts/queue-messages.ts';
import type { StatusTable } from '../pdu/command-status.ts';
import type { SubmitResult } from '../session/session-types.ts';

/** One part of one attempt: what a submit_sm is remembered by until its answer. */
export interface PartToken {
  readonly message_id: MessageId;
  readonly attempt: number;
  readonly part: number;
}

/** Is the message worth another attempt after this refusal? (docs/smpp.md: what a command_status means) */
export const isRetried = (statusOf: StatusTable, commandStatus: number, attempt: number): boolean => {
  const { means, mostTries = Number.POSITIVE_INFINITY } = statusOf(commandStatus);
  return means !== 'permanent' && attempt < mostTries;
};

/** A message_id is a C-octet string of at most 64 characters (SMPP 3.4, 5.2.23); an SMSC may leave it empty. */
const idOf = (messageId: string): string | null => (messageId === '' ? null : messageId);

/** What became of a part, in the words of the outcomes queue. */
export const toOutcome = (
  token: PartToken,
  result: SubmitResult,
  { now, statusOf, late = false }: { readonly now: Date; readonly statusOf: StatusTable; readonly late?: boolean },
): Outcome => {
  const { message_id, attempt, part } = token;
  const of = { message_id, attempt, part, at: now.toISOString() };
  switch (result.outcome) {
    case 'accepted':
      return { type: 'PartSubmitted', ...of, smsc_message_id: idOf(result.messageId), late };
    case 'refused': {
      const retry = isRetried(statusOf, result.commandStatus, attempt);
      return { type: 'PartRefused', ...of, command_status: result.commandStatus, retry };
    }
    case 'unknown':
      return { type: 'PartUnknown', ...of, reason: result.reason };
    case 'not-sent':
      return { type: 'PartNotSent', ...of };
  }
};
