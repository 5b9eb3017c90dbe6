import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { acceptBatch } from '#shared/adapters/accept-batch.ts';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import { createClient, newMessage } from '../../test/support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { median } from '../median.ts';
import { acceptInTransaction } from './accept-in-transaction.ts';
import { closedLoop } from './load.ts';

const rounds = 3;
const seconds = 1.2;
const connections = 8;
const sizes = [1, 100] as const;
const clientCounts = [1, 100] as const;

type Accept = (messages: readonly NewMessage[]) => Promise<void>;

const expectAccepted = (outcome: string): void => {
  if (outcome !== 'accepted') throw new Error(`It was ${outcome}`);
};

const inOneStatement =
  (database: TestDatabase): Accept =>
  async (messages) => {
    const [first] = messages;
    if (!first) return;
    if (messages.length === 1) return expectAccepted((await acceptMessage(database.sql, first)).outcome);
    const items = messages.map((message, item) => ({ item, ...message }));
    const batch = { id: uuidV7(), client_id: first.client_id, messages: items };
    expectAccepted((await acceptBatch(database.sql, batch)).outcome);
  };

const measure = async (accept: Accept, clients: readonly string[], size: number): Promise<number> => {
  const act = (n: number) => {
    const clientId = clients[n % clients.length] ?? '';
    return accept(Array.from({ length: size }, () => newMessage(clientId)));
  };
  return size * (await closedLoop(connections, seconds, act)).perSecond;
};

/** The statement of accept beside the same work as four statements in a transaction: turn by turn, in one run. */
export const benchAccept = async (): Promise<void> => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  const database = await startTestDatabase({ migrationsDirectory, durable: true });
  const forms: Readonly<Record<string, Accept>> = {
    one: inOneStatement(database),
    four: (messages) => acceptInTransaction(database, messages),
  };
  try {
    const clients = await Promise.all(Array.from({ length: 100 }, () => createClient(database, { creditCents: 1e12 })));
    for (const accept of Object.values(forms)) await measure(accept, clients, 1);
    console.log(`\nAccepting through the Data API over ${connections} connections, fsync on: messages a second`);
    console.log('clients  at once    one statement   four in a transaction   ratio');
    for (const count of clientCounts)
      for (const size of sizes) {
        const found: Record<string, number[]> = { one: [], four: [] };
        for (let round = 0; round < rounds; round++)
          for (const [name, accept] of Object.entries(forms))
            found[name]?.push(await measure(accept, clients.slice(0, count), size));
        const [one, four] = [median(found.one ?? []), median(found.four ?? [])];
        const [left, right] = [one, four].map((rate) => rate.toFixed(0));
        console.log(
          `${`${count}`.padStart(7)}${`${size}`.padStart(9)}${`${left}`.padStart(17)}${`${right}`.padStart(24)}${(one / four).toFixed(1).padStart(8)}`,
        );
      }
  } finally {
    await database.stop();
  }
};
