import { randomUUID } from 'node:crypto';
import { joinReceipts, recordOutcomes } from '#shared/adapters/record-outcomes.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { Outcome, type OutcomesReported, type ReceiptState } from '#shared/contracts/queue-messages.ts';
import { type Books, settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import type { TestDatabase } from './database.ts';

/** What the model needs to know of a message of the outcomes queue, beside its body. */
export interface Said {
  readonly outcome: Outcome;
  /** Of a receipt: which submission it speaks of. */
  readonly smscId: string | null;
}

export const sayOutcome = (outcome: object, smscId: string | null = null): Said => ({
  outcome: Outcome.parse(outcome),
  smscId,
});

let lastMoment = Date.now();
/** Times that never repeat, so that what came first is never in doubt. */
export const nextMoment = (): string => {
  lastMoment = Math.max(lastMoment + 1, Date.now());
  return new Date(lastMoment).toISOString();
};

export const sayReceipt = (smscId: string, state: ReceiptState, recipient: string): Said =>
  sayOutcome(
    {
      type: 'ReceiptReceived',
      receipt_id: randomUUID(),
      smsc_message_id: smscId,
      recipient,
      state,
      error_code: null,
      at: nextMoment(),
    },
    smscId,
  );

export const asReport = (said: readonly Said[]): OutcomesReported => ({
  type: 'OutcomesReported',
  version: 1,
  provider: 'primary',
  outcomes: said.map(({ outcome }) => outcome),
});

export const booksOf = ({ sql }: Pick<TestDatabase, 'sql'>): Books => ({
  record: (outcomes, receipts) => recordOutcomes(sql, outcomes, receipts),
  join: (outcomes, receipts) => joinReceipts(sql, outcomes, receipts),
  settle: async (ids) => void (await settleMessages(sql, ids)),
});

/** An instance of settle-outcomes that takes its next statement only when it is told to. */
export interface SteppedWorker {
  readonly said: readonly Said[];
  /** The ids that the join gave, once it was made. */
  readonly joined: readonly string[];
  /** The name of the statement that was run. */
  step(): Promise<'record' | 'join' | 'settle'>;
}

/** Starts one; dropped before its last step, it is an instance that died. */
export const startSteppedWorker = (database: Pick<TestDatabase, 'sql'>, said: readonly Said[]): SteppedWorker => {
  const books = booksOf(database);
  let joined: readonly string[] = [];
  let open: () => void = () => undefined;
  let closed = Promise.withResolvers<void>();
  let finished = Promise.withResolvers<'record' | 'join' | 'settle'>();
  open = closed.resolve;
  const gated = async <Result>(name: 'record' | 'join' | 'settle', work: () => Promise<Result>): Promise<Result> => {
    await closed.promise;
    closed = Promise.withResolvers<void>();
    open = closed.resolve;
    try {
      const result = await work();
      finished.resolve(name);
      return result;
    } catch (error) {
      finished.reject(error);
      throw error;
    }
  };
  const running = settleOutcomes(
    {
      record: (outcomes, receipts) => gated('record', () => books.record(outcomes, receipts)),
      join: async (outcomes, receipts) => {
        const ids = await gated('join', () => books.join(outcomes, receipts));
        joined = ids;
        return ids;
      },
      settle: (ids) => gated('settle', () => books.settle(ids)),
    },
    [asReport(said)],
  );
  running.catch(() => undefined);
  return {
    said,
    get joined() {
      return joined;
    },
    step: async () => {
      const { promise } = finished;
      open();
      const name = await promise;
      finished = Promise.withResolvers();
      return name;
    },
  };
};
