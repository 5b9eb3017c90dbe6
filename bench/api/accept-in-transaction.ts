import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { input } from '#shared/adapters/accept-statement.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import type { TestDatabase } from '../../test/support/database.ts';

/** As accept writes them, with the same look-ups. */
const writeMessages = `
WITH ${input}
INSERT INTO messages (id, client_id, recipient, country, sender, body, encoding, parts, data_coding, protocol_id,
  udh_hex, priority, state, next_attempt_at, expires_at, callback_url, reference, metadata, price_cents, cost_cents,
  is_test, correlation_id)
SELECT id, client_id, recipient, country, from_addr, body, encoding, parts, data_coding, protocol_id, udh_hex,
  priority, CASE WHEN scheduled THEN 'SCHEDULED' ELSE 'QUEUED' END, due_at,
  due_at + make_interval(secs => validity_seconds), call_to, reference, metadata, price, cost, is_test, correlation_id
FROM input WHERE refusal IS NULL`;

const written = `messages WHERE id = ANY (ARRAY(SELECT (m->>'id')::uuid FROM jsonb_array_elements(:messages::jsonb) m))`;

const writeHistory = `
WITH part AS (INSERT INTO message_parts (message_id, number) SELECT id, generate_series(1, parts) FROM ${written})
INSERT INTO message_events (message_id, type, attempt, detail)
SELECT id, state, 1, jsonb_build_object('parts', parts, 'cost_cents', cost_cents, 'due_at', next_attempt_at)
FROM ${written}`;

const writeHold = `
WITH lock AS (INSERT INTO credit_locks (message_id, client_id, held_cents) SELECT id, client_id, cost_cents FROM ${written})
INSERT INTO ledger_entries (id, kind, client_id, amount_cents) SELECT id, 'HOLD', client_id, cost_cents FROM ${written}`;

/** Last, here too, so that its lock is held shortest. */
const takeCredit = `
UPDATE clients c SET credit_cents = c.credit_cents - m.cents, spent_on = (now() AT TIME ZONE 'UTC')::date,
  spent_cents = CASE WHEN c.spent_on = (now() AT TIME ZONE 'UTC')::date THEN c.spent_cents ELSE 0 END + m.cents
FROM (SELECT client_id, sum(cost_cents)::bigint AS cents FROM ${written} GROUP BY client_id) m
WHERE c.id = m.client_id`;

/** What accept does in one call: four statements between a beginning and an end, one call each. */
export const acceptInTransaction = async (
  { client, clusterArn, secretArn, databaseName }: TestDatabase,
  messages: readonly NewMessage[],
): Promise<void> => {
  const target = { resourceArn: clusterArn, secretArn };
  const { transactionId } = await client.send(new BeginTransactionCommand({ ...target, database: databaseName }));
  const items = messages.map((message, item) => ({ item, ...message }));
  const parameters = [{ name: 'messages', value: { stringValue: JSON.stringify(items) } }];
  try {
    for (const sql of [writeMessages, writeHistory, writeHold, takeCredit])
      await client.send(
        new ExecuteStatementCommand({ ...target, database: databaseName, transactionId, sql, parameters }),
      );
  } catch (error) {
    await client.send(new RollbackTransactionCommand({ ...target, transactionId }));
    throw error;
  }
  await client.send(new CommitTransactionCommand({ ...target, transactionId }));
};
