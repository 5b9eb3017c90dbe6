import { input } from './accept-statement.ts';
import type { Sql } from './data-api.ts';
import type { AcceptRefusal, NewMessage } from './new-message.ts';

/** What accepting a message would come to now. */
export interface Quote {
  readonly sender: string;
  readonly part_price_cents: number;
  readonly cost_cents: number;
  /** What would be refused, and why; null when it would be accepted. */
  readonly refusal: AcceptRefusal | null;
}

/** Nothing is locked: what is true now need not be when the message is sent. What is said first is what accept says first. */
const quote = `
WITH ${input}
SELECT i.from_addr AS sender, i.list_price AS part_price_cents, i.cost AS cost_cents, coalesce(i.refusal, CASE
    WHEN i.cost > c.credit_cents THEN 'credit.insufficient'
    WHEN i.cost > 0 AND i.cost + CASE WHEN c.spent_on = (now() AT TIME ZONE 'UTC')::date THEN c.spent_cents ELSE 0 END
      > c.daily_spend_cap_cents THEN 'spend.cap_reached'
    WHEN NOT i.is_test AND d.messages >= c.prefix_messages_per_hour THEN 'destination.velocity' END) AS refusal
FROM input i JOIN clients c ON c.id = i.client_id
LEFT JOIN destination_counts d ON d.client_id = c.id AND d.prefix = i.prefix AND d.hour = date_trunc('hour', now())`;

/**
 * Price and refusal of a message by the rules of accepting it, without writing anything.
 *
 * @returns null when the client is suspended or gone.
 */
export const quoteMessage = async (sql: Sql, message: NewMessage): Promise<Quote | null> => {
  const [row] = await sql<Quote>(quote, { messages: [{ item: 0, ...message }] });
  return row ?? null;
};
