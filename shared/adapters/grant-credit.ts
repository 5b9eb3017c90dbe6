import { type GrantCredit, type GrantedCredit, mostAvailableCents } from '#shared/contracts/credit.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import { type Sql, SqlError } from './data-api.ts';
import { claimKey, keyParameters, readKeyed } from './keyed.ts';

export interface NewGrant extends GrantCredit {
  /** Of the ledger's entry. */
  readonly id: string;
  readonly client_id: string;
}

export type Granted =
  | { readonly outcome: 'granted' | 'replayed'; readonly grant: GrantedCredit }
  | { readonly outcome: 'below-zero' | 'beyond-limit' | 'mismatch' | 'no-such-client' };

/**
 * Decided on the client's row as it is under its lock. What would lead beyond the limit is written as -1: like what would
 * lead below zero it breaks the row's check, which aborts the statement with its key, entry and audit (23514).
 */
const grant = `
WITH ${claimKey},
changed AS (
  UPDATE clients c SET credit_cents = CASE
    WHEN :amount_cents > 0 AND c.credit_cents > ${mostAvailableCents} - :amount_cents THEN -1
    ELSE c.credit_cents + :amount_cents END
  FROM go WHERE c.id = :client_id::uuid
  RETURNING c.id, c.credit_cents
),
entry AS (
  INSERT INTO ledger_entries (id, kind, client_id, amount_cents, source, reason, available_cents)
  SELECT :resource_id::uuid, 'GRANT', id, :amount_cents, :kind, :reason, credit_cents FROM changed
  RETURNING *
),
${auditEntry(
  'credit.granted',
  'entry',
  `'client ' || client_id`,
  `jsonb_build_object('entry_id', id, 'kind', source, 'amount_cents', amount_cents, 'reason', reason)`,
)}
SELECT id, client_id, source AS kind, amount_cents, reason, available_cents, created_at FROM entry`;

const find = `
SELECT id, client_id, source AS kind, amount_cents, reason, available_cents, created_at FROM ledger_entries
WHERE id = :id::uuid AND part = 0 AND kind = 'GRANT' AND client_id = :client_id::uuid`;

type Row = Omit<GrantedCredit, 'created_at'> & { readonly created_at: Date };

const toView = ({ created_at, ...row }: Row): GrantedCredit => ({ ...row, created_at: created_at.toISOString() });

/** The check that aborts it; or its own entry, met by a repetition after a timeout that hid the commit. */
const meaningOf = (error: unknown, amountCents: number): 'below-zero' | 'beyond-limit' | 'written' | undefined => {
  if (!(error instanceof SqlError)) return undefined;
  if (error.sqlState === '23514' && error.message.includes('clients_credit_not_negative'))
    return amountCents > 0 ? 'beyond-limit' : 'below-zero';
  return error.sqlState === '23505' && error.message.includes('ledger_entries') ? 'written' : undefined;
};

/**
 * Gives a client credit, or takes some of what is available away: the balance, the ledger's grant, the audit entry and the
 * key, all of it or nothing. May be repeated with the same id.
 */
export const grantCredit = async (
  sql: Sql,
  { id, client_id, amount_cents, kind, reason }: NewGrant,
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<Granted> => {
  const deed = { client_id, amount_cents, kind, reason };
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor), ...deed };
  const rows = await sql<Row>(grant, parameters).catch((error: unknown) => {
    const meaning = meaningOf(error, amount_cents);
    if (!meaning) throw error;
    return meaning;
  });
  if (Array.isArray(rows) && rows[0]) return { outcome: 'granted', grant: toView(rows[0]) };
  const known = key && (await readKeyed(sql, actor.clientId, key));
  if (known?.outcome === 'mismatch') return known;
  const writtenId = known?.resourceId ?? id;
  const [written] = await sql<Row>(find, { id: writtenId, client_id });
  if (written) return { outcome: writtenId === id ? 'granted' : 'replayed', grant: toView(written) };
  return { outcome: rows === 'below-zero' || rows === 'beyond-limit' ? rows : 'no-such-client' };
};
