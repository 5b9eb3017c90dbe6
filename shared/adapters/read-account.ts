import type { AccountView } from '#shared/contracts/credit.ts';
import type { Sql } from './data-api.ts';

/** granted is what the ledger says was given; the other three are what became of it, and add up to it. */
const read = `
SELECT c.id AS client_id, c.name, c.credit_cents AS available_cents, c.part_price_cents, c.rate_per_second, c.burst,
  c.daily_spend_cap_cents, c.low_balance_cents, c.prefix_messages_per_hour, c.default_sender, c.allowed_senders,
  c.allowed_countries, c.suspended_at IS NOT NULL AS suspended,
  CASE WHEN c.spent_on = (now() AT TIME ZONE 'UTC')::date THEN c.spent_cents ELSE 0 END AS spent_today_cents,
  (SELECT coalesce(sum(l.held_cents), 0)::bigint FROM credit_locks l
    WHERE l.client_id = c.id AND l.settled_at IS NULL) AS held_cents,
  (SELECT coalesce(sum(e.amount_cents), 0)::bigint FROM ledger_entries e
    WHERE e.client_id = c.id AND e.kind = 'CAPTURE') AS captured_cents,
  (SELECT coalesce(sum(e.amount_cents), 0)::bigint FROM ledger_entries e
    WHERE e.client_id = c.id AND e.kind = 'GRANT') AS granted_cents
FROM clients c WHERE c.id = :client_id::uuid`;

/** A client's credit in cents and its limits, as of one moment. */
export const readAccount = async (sql: Sql, clientId: string): Promise<AccountView | null> => {
  const [row] = await sql<AccountView>(read, { client_id: clientId });
  return row ?? null;
};
