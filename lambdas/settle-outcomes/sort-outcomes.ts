import type { OutcomeRow, ReceiptRow } from '#shared/adapters/record-outcomes.ts';
import type { Outcome, OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { identify } from '#shared/domain/receipts/smsc-message-id.ts';
import { refusalText } from '#shared/domain/refusal.ts';

/** Of what was said of one attempt in one batch, the most certain counts: an answer, even a late one, beats a silence. */
const certainty = { PartSubmitted: 3, PartRefused: 2, PartNotSent: 1, PartUnknown: 0 } as const;

type PartOutcome = Exclude<Outcome, { type: 'ReceiptReceived' }>;

const idsOf = (raw: string | null) => {
  const id = raw === null ? null : identify(raw);
  return { smsc_message_id: raw, as_decimal: id?.asDecimal ?? null, as_hexadecimal: id?.asHexadecimal ?? null };
};

const errorOf = (outcome: PartOutcome): string | null => {
  if (outcome.type === 'PartRefused') return refusalText(outcome.command_status);
  return outcome.type === 'PartUnknown' ? outcome.reason : null;
};

const toRow = (outcome: PartOutcome, provider: string): OutcomeRow => ({
  type: outcome.type,
  message_id: outcome.message_id,
  attempt: outcome.attempt,
  part: outcome.part,
  at: outcome.at,
  provider,
  ...idsOf(outcome.type === 'PartSubmitted' ? outcome.smsc_message_id : null),
  error: errorOf(outcome),
  retry: outcome.type === 'PartRefused' && outcome.retry,
});

const toReceipt = (receipt: Extract<Outcome, { type: 'ReceiptReceived' }>, provider: string): ReceiptRow => ({
  id: receipt.receipt_id,
  provider,
  ...idsOf(receipt.smsc_message_id),
  smsc_message_id: receipt.smsc_message_id,
  recipient: receipt.recipient,
  state: receipt.state,
  error_code: receipt.error_code,
  received_at: receipt.at,
});

/**
 * A batch of reports as rows for the database: one row for a part and attempt, however often it was spoken of, and
 * every receipt.
 */
export const sortOutcomes = (
  reports: readonly OutcomesReported[],
): { readonly outcomes: readonly OutcomeRow[]; readonly receipts: readonly ReceiptRow[] } => {
  const parts = new Map<string, OutcomeRow>();
  const receipts: ReceiptRow[] = [];
  for (const { provider, outcomes } of reports)
    for (const outcome of outcomes) {
      if (outcome.type === 'ReceiptReceived') {
        receipts.push(toReceipt(outcome, provider));
        continue;
      }
      const key = `${outcome.message_id} ${outcome.part} ${outcome.attempt}`;
      const known = parts.get(key);
      if (known && certainty[known.type] >= certainty[outcome.type]) continue;
      parts.set(key, toRow(outcome, provider));
    }
  return { outcomes: [...parts.values()], receipts };
};
