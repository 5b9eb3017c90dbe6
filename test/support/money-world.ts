import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { renewLease } from '#shared/adapters/claim-deliveries.ts';
import { isFinal } from '#shared/domain/message-state.ts';
import { createClient } from './clients.ts';
import type { TestDatabase } from './database.ts';
import { type ModelMessage, settle } from './message-model.ts';
import type { Said, SteppedWorker } from './settle-worker.ts';

export const priceCents = 5;
export const recipient = '491700000009';

export interface Client {
  readonly id: string;
  readonly policy: 'capture' | 'release';
  available: number;
}
export interface Submission {
  readonly message: string;
  readonly part: number;
  readonly attempt: number;
}
export interface Claimed {
  readonly owner: string;
  readonly claimId: string;
  readonly message: string;
  readonly attempt: number;
  parts: number[];
}
export interface Parked {
  readonly smscId: string;
  readonly state: string;
}

/** What the model expects of the database. */
export interface Model {
  readonly clients: Client[];
  readonly messages: Map<string, ModelMessage>;
  readonly keys: Map<string, { readonly message: string; readonly parts: number }>;
  readonly parked: Map<string, Parked>;
  /** By the SMSC's id, once it was recorded. */
  readonly recorded: Map<string, Submission>;
}

/** What stands outside of the database: queues, tasks, and what SMSCs know. */
export interface World {
  readonly database: TestDatabase;
  owners: string[];
  deliveries: { readonly id: string; readonly attempt: number }[];
  claims: Claimed[];
  outcomes: Said[];
  readonly submissions: { readonly smscId: string; readonly of: Submission }[];
  workers: SteppedWorker[];
}

const tables = [
  'messages',
  'message_parts',
  'part_submissions',
  'message_events',
  'credit_locks',
  'ledger_entries',
  'receipts',
  'callbacks',
  'idempotency_keys',
  'bridge_leases',
  'clients',
];

/** Empties every table; small ones are emptied faster by rows than by TRUNCATE. */
export const emptyDatabase = async (database: Pick<TestDatabase, 'query'>): Promise<void> => {
  for (const table of tables) await database.query(`DELETE FROM ${table}`);
};

export const pick = <Item>(items: readonly Item[], index: number): Item | undefined =>
  items[index % (items.length || 1)];
export const without = <Item>(items: readonly Item[], item: Item): Item[] => {
  const at = items.indexOf(item);
  return at < 0 ? [...items] : items.toSpliced(at, 1);
};
export const settleInModel = ({ clients, messages }: Model, ids: Iterable<string>): void => {
  for (const id of new Set(ids)) {
    const message = messages.get(id);
    const client = clients.find((each) => each.id === message?.client);
    if (message && client) client.available += settle(message);
  }
};
export const bear = async (world: World): Promise<void> => {
  const owner = randomUUID();
  expect(await renewLease(world.database.sql, owner)).toBe(true);
  world.owners.push(owner);
};
export const begin = async (database: TestDatabase): Promise<{ readonly model: Model; readonly real: World }> => {
  await emptyDatabase(database);
  const clients: Client[] = [];
  for (const policy of ['capture', 'release'] as const) {
    const id = await createClient(database, { creditCents: 40, partPriceCents: priceCents });
    await database.query('UPDATE clients SET unknown_policy = $2 WHERE id = $1', [id, policy]);
    clients.push({ id, policy, available: 40 });
  }
  const real: World = { database, owners: [], deliveries: [], claims: [], outcomes: [], submissions: [], workers: [] };
  await bear(real);
  await bear(real);
  const state: Model = { clients, messages: new Map(), keys: new Map(), parked: new Map(), recorded: new Map() };
  return { model: state, real };
};
export const view = ({ messages, clients }: Model) => ({
  clients: clients.map(({ id, available }) => `${id} ${available}`).sort(),
  messages: [...messages.values()]
    .map(({ id, state, attempt, isPlanned, parts, capturedCents, releasedCents }) =>
      [
        id,
        state,
        attempt,
        isPlanned || isFinal(state) || state === 'SENDING' ? '' : 'at rest',
        parts.map((part) => `${part.state}/${part.unknownTimes}`).join(),
        capturedCents,
        releasedCents,
      ].join(' '),
    )
    .sort(),
});
export const readView = async (database: Pick<TestDatabase, 'query'>) => {
  const messages = await database.query<{ line: string }>(`
    SELECT concat_ws(' ', m.id, m.state, m.attempt,
      CASE WHEN m.next_attempt_at IS NOT NULL OR m.final_at IS NOT NULL OR m.state = 'SENDING' THEN '' ELSE 'at rest' END,
      (SELECT string_agg(p.state || '/' || p.unknown_times, ',' ORDER BY p.number) FROM message_parts p
        WHERE p.message_id = m.id), l.captured_cents, l.released_cents) AS line
    FROM messages m JOIN credit_locks l ON l.message_id = m.id`);
  const clients = await database.query<{ line: string }>(`SELECT id || ' ' || credit_cents AS line FROM clients`);
  return { clients: clients.map(({ line }) => line).sort(), messages: messages.map(({ line }) => line).sort() };
};
