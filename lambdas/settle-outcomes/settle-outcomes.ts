import type { OutcomeRow, ReceiptRow } from '#shared/adapters/record-outcomes.ts';
import type { OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { sortOutcomes } from './sort-outcomes.ts';

export interface Books {
  record(outcomes: readonly OutcomeRow[], receipts: readonly ReceiptRow[]): Promise<void>;
  join(outcomes: readonly OutcomeRow[], receipts: readonly ReceiptRow[]): Promise<string[]>;
  settle(ids: readonly string[]): Promise<void>;
}

/**
 * Applies what providers said, in three steps that commit each for itself: write it down, join receipts with parts,
 * settle. Whoever writes last joins, and whoever joins last settles, so that two instances never miss each other's half.
 * Repeated after a fault at any point, it changes nothing twice.
 */
export const settleOutcomes = async (books: Books, reports: readonly OutcomesReported[]): Promise<void> => {
  const { outcomes, receipts } = sortOutcomes(reports);
  await books.record(outcomes, receipts);
  const joined = await books.join(outcomes, receipts);
  await books.settle([...outcomes.map((outcome) => outcome.message_id), ...joined]);
};
