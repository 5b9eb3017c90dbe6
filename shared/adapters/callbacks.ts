import type { Settlement, StoredCallback } from '#shared/domain/callback.ts';
import type { Sql } from './data-api.ts';

interface Row {
  readonly id: string;
  readonly client_id: string;
  readonly message_id: string | null;
  readonly correlation_id: string | null;
  readonly type: string;
  readonly url: string;
  readonly payload: unknown;
  readonly attempt: number;
  readonly created_at: Date;
  readonly tried_since: Date;
  readonly attempts_before: number;
  readonly callback_secrets: readonly { readonly ciphertext_base64: string }[];
}

const loadDue = `
  SELECT c.id, c.client_id, c.message_id, m.correlation_id, c.type, c.url, c.payload, c.attempt, c.created_at,
    coalesce(c.replayed_at, c.created_at) AS tried_since, c.attempts_before, k.callback_secrets
  FROM jsonb_to_recordset(:due::jsonb) AS d(id uuid, attempt integer)
  JOIN callbacks c ON c.id = d.id AND c.attempt = d.attempt AND c.state = 'PENDING'
  JOIN clients k ON k.id = c.client_id
  LEFT JOIN messages m ON m.id = c.message_id`;

/** The row is the outbox: unqueued, it is sent again by dispatch-due when it is due. */
const settleAttempts = `
  UPDATE callbacks c SET
    state = s.state,
    attempt = c.attempt + CASE WHEN s.state = 'PENDING' THEN 1 ELSE 0 END,
    next_attempt_at = coalesce(s.next_attempt_at, c.next_attempt_at),
    queued_at = CASE WHEN s.state = 'PENDING' THEN NULL ELSE c.queued_at END,
    finished_at = CASE WHEN s.state = 'PENDING' THEN NULL ELSE now() END,
    last_status = s.last_status,
    last_error = s.last_error
  FROM jsonb_to_recordset(:settlements::jsonb)
    AS s(id uuid, attempt integer, state text, next_attempt_at timestamptz, last_status integer, last_error text)
  WHERE c.id = s.id AND c.attempt = s.attempt AND c.state = 'PENDING'`;

const states = { delivered: 'DELIVERED', retried: 'PENDING', refused: 'FAILED', 'given-up': 'FAILED' } as const;

/** Callbacks as the database has them; one statement for as many as there are. */
export const connectCallbacks = (sql: Sql) => ({
  /** Those of the given that are PENDING and of the given attempt, in no order; each id is to be given once. */
  load: async (due: readonly { readonly id: string; readonly attempt: number }[]): Promise<StoredCallback[]> => {
    const rows = await sql<Row>(loadDue, { due: due.map(({ id, attempt }) => ({ id, attempt })) });
    return rows.map((row) => ({
      id: row.id,
      clientId: row.client_id,
      messageId: row.message_id,
      correlationId: row.correlation_id,
      type: row.type,
      url: row.url,
      payload: row.payload,
      attempt: row.attempt,
      createdAt: row.created_at,
      triedSince: row.tried_since,
      attemptsBefore: row.attempts_before,
      encryptedSecrets: row.callback_secrets.map((secret) => secret.ciphertext_base64),
    }));
  },

  /** Leaves alone what is no longer PENDING or of another attempt. Can be repeated. */
  settle: async (settlements: readonly Settlement[]): Promise<void> => {
    const rows = settlements.map(({ id, attempt, outcome, nextAttemptAt, status, error }) => ({
      id,
      attempt,
      state: states[outcome],
      next_attempt_at: nextAttemptAt?.toISOString() ?? null,
      last_status: status,
      last_error: error,
    }));
    await sql(settleAttempts, { settlements: rows });
  },
});
