import type { MessageId } from '#shared/contracts/identifiers.ts';
import type { Outcome } from '#shared/contracts/queue-messages.ts';
import type { StatusTable } from '../pdu/command-status.ts';
import type { SubmitResult } from '../session/session-types.ts';

/** What one submission of one attempt is remembered by until its answer. */
export interface PartToken {
  readonly message_id: MessageId;
  readonly attempt: number;
  /** One, or all parts of the message where they go as one payload. */
  readonly parts: readonly number[];
}

/** Is the message worth another attempt after this refusal? (docs/smpp.md: what a command_status means) */
export const isRetried = (statusOf: StatusTable, commandStatus: number, attempt: number): boolean => {
  const { means, mostTries = Number.POSITIVE_INFINITY } = statusOf(commandStatus);
  return means !== 'permanent' && attempt < mostTries;
};

/** A message_id is a C-octet string of at most 64 characters (SMPP 3.4, 5.2.23); an SMSC may leave it empty. */
const idOf = (messageId: string): string | null => (messageId === '' ? null : messageId);

export interface Judging {
  readonly now: Date;
  /** Is the message worth another attempt after this refusal? */
  readonly mayRetry: (commandStatus: number) => boolean;
  readonly late?: boolean;
}

/** What became of a submission's parts, in the words of the outcomes queue. */
export const toOutcomes = (
  token: PartToken,
  result: SubmitResult,
  { now, mayRetry, late = false }: Judging,
): Outcome[] => {
  const outcomeOf = (part: number): Outcome => {
    const of = { message_id: token.message_id, attempt: token.attempt, part, at: now.toISOString() };
    switch (result.outcome) {
      case 'accepted':
        return { type: 'PartSubmitted', ...of, smsc_message_id: idOf(result.messageId), late };
      case 'refused': {
        const { commandStatus: command_status } = result;
        return { type: 'PartRefused', ...of, command_status, retry: mayRetry(command_status) };
      }
      case 'unknown':
        return { type: 'PartUnknown', ...of, reason: result.reason };
      case 'not-sent':
        return { type: 'PartNotSent', ...of };
    }
  };
  return token.parts.map(outcomeOf);
};
