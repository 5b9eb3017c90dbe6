/** What accepting one message, many, and none (a quote) have in common. */

/** As whose the general price list stands in `prices`. */
export const everyone = '00000000-0000-0000-0000-000000000000';

/** How many leading digits of two numbers make them one destination to the velocity guard. */
const velocityDigits = 7;

/**
 * A number's part price: the longest prefix of the client's own list, then of the general one, then its flat price.
 * OFFSET keeps it from being looked up again wherever it is named.
 */
const price = `
  SELECT coalesce((
    SELECT t.part_price_cents FROM prices t
    WHERE t.client_id IN (c.id, '${everyone}')
      AND t.prefix = ANY (ARRAY(SELECT left(i.recipient, digits) FROM generate_series(1, 9) digits))
    ORDER BY t.client_id = '${everyone}', length(t.prefix) DESC LIMIT 1), c.part_price_cents) AS list_price
  OFFSET 0`;

/**
 * The route of a message, as choose-providers.ts finds it: the longest prefix, then the one that names the client, the
 * kind, the priority. There is none where no provider of it is enabled.
 */
const route = `
  SELECT EXISTS (SELECT FROM route_candidates t JOIN providers p ON p.name = t.provider AND p.enabled
    WHERE t.route_id = (
      SELECT r.id FROM routes r
      WHERE r.enabled AND r.prefix = ANY (ARRAY(SELECT left(i.recipient, digits) FROM generate_series(0, 9) digits))
        AND (r.client_id IS NULL OR r.client_id = c.id)
        AND (r.kind IS NULL OR r.kind = CASE WHEN i.push_reference_bits IS NOT NULL THEN 'ota' WHEN i.encoding = 'binary' THEN 'binary' ELSE 'text' END)
        AND (r.priority IS NULL OR r.priority = i.priority)
      ORDER BY length(r.prefix) DESC, r.client_id IS NULL, r.kind IS NULL, r.priority IS NULL LIMIT 1)) AS is_routed`;

/**
 * What is to be written, from `:messages` (a JSON array of NewMessage with `item`, its place in the request), with its
 * price and what the client's settings have against it. A suspended or unknown client has no row.
 */
export const input = `
input AS (
  SELECT i.*, false AS tells_opt_out, coalesce(i.sender, c.default_sender) AS from_addr, coalesce(i.callback_url, c.callback_url) AS call_to,
    p.list_price, CASE WHEN i.is_test THEN 0 ELSE p.list_price END AS price,
    CASE WHEN i.is_test THEN 0 ELSE p.list_price * i.parts END AS cost, left(i.recipient, ${velocityDigits}) AS prefix,
    i.send_at IS NOT NULL AND i.send_at > now() AS scheduled, greatest(coalesce(i.send_at, now()), now()) AS due_at,
    CASE
      -- A person opts out of messages; a push is between an issuer and its card.
      WHEN i.push_reference_bits IS NULL AND EXISTS (SELECT FROM opt_outs o WHERE o.client_id = c.id AND o.msisdn = i.recipient) THEN 'recipient.opted_out'
      WHEN NOT coalesce(i.country = ANY (c.allowed_countries), c.allowed_countries IS NULL) THEN 'destination.not_allowed'
      WHEN i.sender <> c.default_sender AND i.sender <> ALL (c.allowed_senders) THEN 'sender.not_allowed'
      WHEN NOT i.is_test AND NOT w.is_routed THEN 'route.none'
    END AS refusal
  FROM jsonb_to_recordset(:messages::jsonb) AS i(item integer, id uuid, client_id uuid, recipient text, country text,
         sender text, body text, encoding text, locking_shift integer, single_shift integer, parts integer, data_coding integer, protocol_id integer, udh_hex text,
         priority text, send_at timestamptz, validity_seconds integer, callback_url text, reference text,
         metadata jsonb, is_test boolean, correlation_id text, push_reference_bits integer)
  JOIN clients c ON c.id = i.client_id AND c.suspended_at IS NULL
  CROSS JOIN LATERAL (${price}) p
  CROSS JOIN LATERAL (${route}) w
)`;

/**
 * Writes what `fresh` has, as `message`, with everything that belongs to it. A push waits for its packet: no attempt is
 * planned until then; and its parts count as unknown once before, since a push is never sent again.
 */
export const writeMessages = `
message AS (
  INSERT INTO messages (id, client_id, recipient, country, sender, body, encoding, locking_shift, single_shift, parts,
    data_coding, protocol_id, udh_hex, priority, state, next_attempt_at, expires_at, callback_url, reference, metadata,
    price_cents, cost_cents, is_test, tells_opt_out, correlation_id, push_reference_bits)
  SELECT id, client_id, recipient, country, from_addr, body, encoding, locking_shift, single_shift, parts, data_coding,
    protocol_id, udh_hex, priority, CASE WHEN scheduled THEN 'SCHEDULED' ELSE 'QUEUED' END,
    CASE WHEN push_reference_bits IS NULL THEN due_at END,
    due_at + make_interval(secs => validity_seconds), call_to, reference, metadata, price, cost, is_test,
    tells_opt_out, correlation_id, push_reference_bits
  FROM fresh
  RETURNING *
),
part AS (
  INSERT INTO message_parts (message_id, number, unknown_times)
  SELECT id, generate_series(1, parts), CASE WHEN push_reference_bits IS NULL THEN 0 ELSE 1 END FROM message
),
event AS (
  INSERT INTO message_events (message_id, type, attempt, detail)
  SELECT id, state, 1, jsonb_build_object('parts', parts, 'cost_cents', cost_cents, 'due_at', next_attempt_at)
  FROM message
),
lock AS (
  INSERT INTO credit_locks (message_id, client_id, held_cents) SELECT id, client_id, cost_cents FROM message
  RETURNING message_id
),
entry AS (
  INSERT INTO ledger_entries (id, kind, client_id, amount_cents) SELECT id, 'HOLD', client_id, cost_cents FROM message
)`;

/** What a client has held today (UTC) after another `m.cents`. */
const spent = `CASE WHEN c.spent_on = (now() AT TIME ZONE 'UTC')::date THEN c.spent_cents ELSE 0 END + m.cents`;

/**
 * Takes the price from the client, last, so that its row is locked shortest. The row's checks are the credit rule and
 * the spend cap: they abort the whole statement (23514). Then counts messages by destination where that is limited,
 * the client's row first in every statement, so that no two wait for each other; and tells a client that its credit
 * has fallen below what it wants to be told of.
 */
export const holdCredit = `
hold AS (
  UPDATE clients c SET credit_cents = c.credit_cents - m.cents,
    spent_on = (now() AT TIME ZONE 'UTC')::date, spent_cents = ${spent},
    is_over_spend_cap = m.cents > 0 AND coalesce(${spent} > c.daily_spend_cap_cents, false)
  FROM (SELECT client_id, sum(cost_cents)::bigint AS cents, bool_or(NOT is_test) AS is_real
      FROM message GROUP BY client_id) m,
    (SELECT count(*) AS n FROM lock) done
  WHERE c.id = m.client_id AND done.n > 0
    AND (m.cents > 0 OR m.is_real AND c.prefix_messages_per_hour IS NOT NULL)
  RETURNING c.*, m.cents
),
destination AS (
  INSERT INTO destination_counts AS d (client_id, prefix, hour, messages, most)
  SELECT h.id, f.prefix, date_trunc('hour', now()), count(*), h.prefix_messages_per_hour
  FROM hold h JOIN fresh f ON f.client_id = h.id AND NOT f.is_test
  WHERE h.prefix_messages_per_hour IS NOT NULL
  GROUP BY h.id, f.prefix, h.prefix_messages_per_hour ORDER BY f.prefix
  ON CONFLICT (client_id, prefix, hour) DO UPDATE SET messages = d.messages + excluded.messages, most = excluded.most
),
told AS (
  INSERT INTO callbacks (id, client_id, type, url, payload)
  SELECT new_uuid_v7(), id, 'account.low_balance', callback_url,
    jsonb_build_object('available_cents', credit_cents, 'low_balance_cents', low_balance_cents)
  FROM hold
  WHERE credit_cents < low_balance_cents AND credit_cents + cents >= low_balance_cents AND callback_url IS NOT NULL
    AND 'account.low_balance' = ANY (callback_types)
)`;

const delay =
  'greatest(0, ceil(extract(epoch FROM coalesce(m.next_attempt_at, now()) - now())))::integer AS delay_seconds';

const unchanging = `m.id, m.recipient, m.sender, m.encoding, m.locking_shift, m.single_shift, m.parts, m.priority, m.cost_cents, m.reference, m.is_test,
  m.correlation_id, m.created_at, m.expires_at, ${delay}`;

/** The columns of an AcceptedRow of the message `m` that was just written. */
export const writtenRow = `${unchanging}, m.state = 'SCHEDULED' AS scheduled`;

/** The same of one that was written before, and may have moved on. */
export const storedRow = `${unchanging},
  (SELECT e.type = 'SCHEDULED' FROM message_events e WHERE e.message_id = m.id ORDER BY e.number LIMIT 1) AS scheduled`;
