import { randomBytes } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Session } from './database.ts';

interface Transaction {
  readonly session: Session;
  readonly database: string | undefined;
  readonly begun: number;
  busy: boolean;
  idle: NodeJS.Timeout;
}

export interface TransactionLimits {
  /** How long a transaction may wait for its next call; on AWS 3 minutes. */
  readonly idleMilliseconds: number;
  /** How long it may last in all; on AWS 24 hours. */
  readonly totalMilliseconds: number;
}

export interface Transactions {
  begin(session: Session, database: string | undefined): Promise<string>;
  /**
   * Runs one call within the transaction, which a failure ends by rolling it back.
   *
   * @throws AwsError for an unknown transaction, another database, or a second call at the same time.
   */
  within<Result>(
    id: string,
    database: string | undefined,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result>;
  /** Commits or rolls back, and forgets the transaction. */
  end(id: string, command: 'COMMIT' | 'ROLLBACK'): Promise<void>;
  /** Rolls everything back. */
  close(): Promise<void>;
}

export const createTransactions = (limits: TransactionLimits): Transactions => {
  const open = new Map<string, Transaction>();

  const finish = async (id: string, transaction: Transaction, command: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    open.delete(id);
    clearTimeout(transaction.idle);
    try {
      await transaction.session.command(command);
      transaction.session.release(true);
    } catch (error) {
      transaction.session.release(false);
      throw error;
    }
  };
  const abandon = async (id: string, transaction: Transaction): Promise<void> => {
    await finish(id, transaction, 'ROLLBACK').catch(() => undefined);
  };
  const wait = (id: string, begun: number): NodeJS.Timeout => {
    const left = Math.min(limits.idleMilliseconds, begun + limits.totalMilliseconds - Date.now());
    return setTimeout(() => {
      const transaction = open.get(id);
      if (transaction) void abandon(id, transaction);
    }, left).unref();
  };
  const take = (id: string): Transaction => {
    const transaction = open.get(id);
    if (!transaction) throw new AwsError('TransactionNotFoundException', `Transaction ${id} is not found`, 404);
    if (transaction.busy) throw new AwsError('BadRequestException', `Transaction ${id} is in use by another call`);
    return transaction;
  };

  return {
    begin: async (session, database) => {
      try {
        await session.command('BEGIN');
      } catch (error) {
        session.release(false);
        throw error;
      }
      const id = randomBytes(64).toString('base64');
      const begun = Date.now();
      open.set(id, { session, database, begun, busy: false, idle: wait(id, begun) });
      return id;
    },
    within: async (id, database, work) => {
      const transaction = take(id);
      if (database !== undefined && database !== transaction.database) {
        throw new AwsError('BadRequestException', 'Database name is not the same as transaction database name');
      }
      clearTimeout(transaction.idle);
      transaction.busy = true;
      try {
        return await work(transaction.session);
      } catch (error) {
        await abandon(id, transaction);
        throw error;
      } finally {
        transaction.busy = false;
        if (open.has(id)) transaction.idle = wait(id, transaction.begun);
      }
    },
    end: async (id, command) => finish(id, take(id), command),
    close: async () => {
      await Promise.all([...open].map(([id, transaction]) => abandon(id, transaction)));
    },
  };
};
