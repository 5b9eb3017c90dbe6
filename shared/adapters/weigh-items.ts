/**
 * Which of many messages their client's settings and credit allow, as `verdict`; those as `fresh`. The client's row is
 * locked, so that a running sum over the items sees the credit that no other statement can take: the first that it
 * covers are accepted. All of `source` are of `:client_id`.
 *
 * @param source `input`, or what is left of it.
 * @param isWanted without which nothing is locked or weighed.
 */
export const weighItems = (source: string, isWanted: string): string => `
payer AS (
  SELECT c.id, c.credit_cents, c.prefix_messages_per_hour, c.daily_spend_cap_cents,
    CASE WHEN c.spent_on = (now() AT TIME ZONE 'UTC')::date THEN c.spent_cents ELSE 0 END AS spent_today
  FROM clients c
  WHERE c.id = :client_id::uuid AND c.suspended_at IS NULL AND (${isWanted})
  FOR NO KEY UPDATE
),
counted AS (
  SELECT d.prefix, d.messages FROM destination_counts d JOIN payer ON payer.id = d.client_id
  WHERE d.hour = date_trunc('hour', now()) AND d.prefix IN (SELECT prefix FROM ${source})
  ORDER BY d.prefix FOR NO KEY UPDATE OF d
),
ranked AS (
  SELECT i.*, coalesce(i.refusal, CASE WHEN NOT i.is_test AND coalesce(d.messages, 0)
      + row_number() OVER (PARTITION BY i.prefix, i.refusal IS NULL AND NOT i.is_test ORDER BY i.item)
      > p.prefix_messages_per_hour THEN 'destination.velocity' END) AS said
  FROM ${source} i JOIN payer p ON p.id = i.client_id LEFT JOIN counted d ON d.prefix = i.prefix
),
summed AS (
  SELECT r.*, sum(cost) FILTER (WHERE said IS NULL) OVER (ORDER BY item) AS total FROM ranked r
),
verdict AS (
  SELECT s.*, coalesce(s.said, CASE
      WHEN s.cost > 0 AND s.total > p.credit_cents THEN 'credit.insufficient'
      WHEN s.cost > 0 AND p.spent_today + s.total > p.daily_spend_cap_cents THEN 'spend.cap_reached' END) AS verdict
  FROM summed s JOIN payer p ON p.id = s.client_id
),
fresh AS (SELECT * FROM verdict WHERE verdict IS NULL)`;
