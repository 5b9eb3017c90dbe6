import { v7 as uuidV7 } from 'uuid';
import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import type { TestDatabase } from './database.ts';
import { seedCatchAll } from './providers.ts';

/**
 * A client with credit, as an operator would make one: the row and the ledger's grant together; and a route for its
 * messages where there is none at all.
 */
export const createClient = async (
  database: Pick<TestDatabase, 'query'>,
  {
    creditCents,
    partPriceCents = 5,
    callbackUrl = null,
    limits = { ratePerSecond: 1_000, burst: 2_000 },
  }: {
    creditCents: number;
    partPriceCents?: number;
    callbackUrl?: string | null;
    limits?: { ratePerSecond: number; burst: number };
  },
): Promise<string> => {
  await seedCatchAll(database);
  const id = uuidV7();
  await database.query(
    `WITH client AS (INSERT INTO clients (id, name, credit_cents, part_price_cents, callback_url, rate_per_second, burst)
       VALUES ($1, 'test', $2, $3, $4, $6, $7))
     INSERT INTO ledger_entries (id, kind, client_id, amount_cents, reason) VALUES ($5, 'GRANT', $1, $2, 'opening')`,
    [id, creditCents, partPriceCents, callbackUrl, uuidV7(), limits.ratePerSecond, limits.burst],
  );
  return id;
};

export const newMessage = (clientId: string, given: Partial<NewMessage> = {}): NewMessage => ({
  id: uuidV7(),
  client_id: clientId,
  recipient: '491700000009',
  country: 'DE',
  sender: null,
  body: 'hello',
  encoding: 'gsm7',
  locking_shift: null,
  single_shift: null,
  parts: 1,
  data_coding: null,
  protocol_id: null,
  udh_hex: null,
  priority: 'normal',
  send_at: null,
  validity_seconds: 3600,
  callback_url: null,
  reference: null,
  metadata: null,
  is_test: false,
  correlation_id: 'test',
  ...given,
});

export const newKey = (key: string, request_hash = 'a'): IdempotencyKey => ({ key, request_hash });

/** Clients whose books do not balance: granted = available + held + captured, and the ledger says the same. */
export const unbalancedClients = (database: Pick<TestDatabase, 'query'>): Promise<object[]> =>
  database.query(`
    SELECT * FROM (
      SELECT c.id, c.credit_cents AS available,
        coalesce((SELECT sum(held_cents) FROM credit_locks l WHERE l.client_id = c.id AND settled_at IS NULL), 0) AS held,
        coalesce((SELECT sum(captured_cents) FROM credit_locks l WHERE l.client_id = c.id), 0) AS captured,
        coalesce(sum(amount_cents) FILTER (WHERE kind = 'GRANT'), 0) AS granted,
        coalesce(sum(amount_cents) FILTER (WHERE kind = 'HOLD'), 0) AS ledger_held,
        coalesce(sum(amount_cents) FILTER (WHERE kind = 'CAPTURE'), 0) AS ledger_captured,
        coalesce(sum(amount_cents) FILTER (WHERE kind = 'RELEASE'), 0) AS ledger_released
      FROM clients c LEFT JOIN ledger_entries e ON e.client_id = c.id GROUP BY c.id) b
    WHERE granted <> available + held + captured OR captured <> ledger_captured
      OR held <> ledger_held - ledger_captured - ledger_released`);
