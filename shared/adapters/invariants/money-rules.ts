import type { Sql } from '../data-api.ts';
import { finalStates, inScope, messageRule, type Rule, toFindings } from './sql-rule.ts';

/** A few clients at a time: a statement is given five seconds. */
const clientsAtOnce = 50;

const nextClients = 'SELECT id FROM clients WHERE id > :after::uuid ORDER BY id LIMIT :limit';

/** `granted = available + held + captured`, and what the locks say is what the ledger says. */
const unbalanced = `
WITH books AS (
  SELECT c.id, c.credit_cents AS available, l.held, l.captured, e.granted, e.holds, e.captures, e.releases
  FROM clients c,
  LATERAL (SELECT coalesce(sum(held_cents) FILTER (WHERE settled_at IS NULL), 0)::bigint AS held,
      coalesce(sum(captured_cents), 0)::bigint AS captured
    FROM credit_locks WHERE client_id = c.id) l,
  LATERAL (SELECT coalesce(sum(amount_cents) FILTER (WHERE kind = 'GRANT'), 0)::bigint AS granted,
      coalesce(sum(amount_cents) FILTER (WHERE kind = 'HOLD'), 0)::bigint AS holds,
      coalesce(sum(amount_cents) FILTER (WHERE kind = 'CAPTURE'), 0)::bigint AS captures,
      coalesce(sum(amount_cents) FILTER (WHERE kind = 'RELEASE'), 0)::bigint AS releases
    FROM ledger_entries WHERE client_id = c.id) e
  WHERE c.id IN (SELECT value::uuid FROM jsonb_array_elements_text(:clients::jsonb))
)
SELECT 'client' AS subject, id, NULL AS message_id, format(
    'granted %s, available %s, held %s, captured %s: %s cents too much; the ledger holds %s, has captured %s',
    granted, available, held, captured, available + held + captured - granted, holds - captures - releases, captures)
  AS problem
FROM books
WHERE granted <> available + held + captured OR held <> holds - captures - releases OR captured <> captures`;

const findUnbalanced: Rule['find'] = async (sql: Sql, { limit }) => {
  const findings = [];
  let after = '00000000-0000-0000-0000-000000000000';
  for (let full = true; full && findings.length < limit; ) {
    const clients = (await sql<{ id: string }>(nextClients, { after, limit: clientsAtOnce })).map(({ id }) => id);
    if (clients.length > 0)
      findings.push(...toFindings(balanced.name, await sql(unbalanced, { clients })).slice(0, limit));
    after = clients.at(-1) ?? after;
    full = clients.length === clientsAtOnce;
  }
  return findings;
};

const balanced: Rule = {
  name: 'money/balanced',
  promise: 'of each client, granted = available + held + captured to the cent, and the ledger says the same',
  find: findUnbalanced,
};

const held = messageRule(
  'money/held-then-settled',
  'each message has one hold of its whole price, untouched until it is final, and then captured or released whole',
  `SELECT m.id, CASE
      WHEN l.message_id IS NULL THEN 'it has no hold'
      WHEN l.held_cents <> m.cost_cents OR m.cost_cents <> m.price_cents * m.parts
        THEN format('%s cents are held of a price of %s x %s', l.held_cents, m.parts, m.price_cents)
      WHEN m.state IN ${finalStates} AND l.settled_at IS NULL THEN format('it is %s, and its hold is open', m.state)
      WHEN m.state NOT IN ${finalStates} AND l.settled_at IS NOT NULL
        THEN format('it is %s, and its hold is settled', m.state)
      WHEN l.settled_at IS NOT NULL AND l.captured_cents + l.released_cents <> l.held_cents
        THEN format('captured %s + released %s <> held %s', l.captured_cents, l.released_cents, l.held_cents)
      WHEN l.settled_at IS NULL AND l.captured_cents + l.released_cents > 0
        THEN format('captured %s and released %s of an open hold', l.captured_cents, l.released_cents)
    END AS problem
  FROM messages m LEFT JOIN credit_locks l ON l.message_id = m.id
  WHERE ${inScope('m.id')}`,
);

const once = messageRule(
  'money/moved-once',
  'no part is captured twice, or captured and released, and the ledger moves what the hold says was moved',
  `SELECT coalesce(m.id, e.id) AS id, CASE
      WHEN m.id IS NULL THEN 'the ledger moves money of a message that is not there'
      WHEN e.id IS NULL THEN 'the ledger knows nothing of it'
      WHEN e.twice > 0 THEN 'a part is captured as well as released'
      WHEN e.captures > m.parts OR e.whole_captures > 0 OR e.last_part > m.parts
        THEN format('%s captures for %s parts', e.captures, m.parts)
      WHEN e.odd_amounts > 0 THEN 'a part is captured or released at another price than its own'
      WHEN e.client_id <> m.client_id THEN 'the ledger books it to another client'
      WHEN (e.held, e.captured, e.released) IS DISTINCT FROM (l.held_cents, l.captured_cents, l.released_cents)
        THEN format('held, captured, released: %s, %s, %s in the ledger, %s, %s, %s in the hold', e.held, e.captured,
          e.released, l.held_cents, l.captured_cents, l.released_cents)
    END AS problem
  FROM (SELECT * FROM messages m WHERE ${inScope('m.id')}) m
  FULL JOIN (
    SELECT id, min(client_id::text)::uuid AS client_id, max(part) AS last_part,
      count(*) FILTER (WHERE kind = 'CAPTURE') AS captures,
      count(*) FILTER (WHERE kind = 'CAPTURE' AND part = 0) AS whole_captures,
      count(*) FILTER (WHERE movements > 1) AS twice,
      count(*) FILTER (WHERE part > 0 AND amount_cents <> price) AS odd_amounts,
      coalesce(sum(amount_cents) FILTER (WHERE kind = 'HOLD'), 0)::bigint AS held,
      coalesce(sum(amount_cents) FILTER (WHERE kind = 'CAPTURE'), 0)::bigint AS captured,
      coalesce(sum(amount_cents) FILTER (WHERE kind = 'RELEASE'), 0)::bigint AS released
    FROM (SELECT e.*, count(*) FILTER (WHERE kind IN ('CAPTURE', 'RELEASE')) OVER (PARTITION BY e.id, e.part) AS movements,
        (SELECT price_cents FROM messages p WHERE p.id = e.id) AS price
      FROM ledger_entries e WHERE e.kind <> 'GRANT' AND ${inScope('e.id')}) e
    GROUP BY id
  ) e ON e.id = m.id
  LEFT JOIN credit_locks l ON l.message_id = coalesce(m.id, e.id)`,
);

/** A part may be heard of after its message was final: then the receipt stands behind the final entry. */
const deserved = messageRule(
  'money/paid-as-delivered',
  'a part is paid for if and only if it was delivered, or taken as delivered by the policy, when its message was final',
  `SELECT p.message_id AS id, CASE
      WHEN e.kind = 'CAPTURE' AND p.state NOT IN ('DELIVERED', 'ASSUMED')
        THEN format('part %s is %s and was captured', p.number, p.state)
      WHEN e.kind = 'RELEASE' AND p.state IN ('DELIVERED', 'ASSUMED') AND NOT EXISTS (
          SELECT FROM message_events r JOIN message_events f ON f.message_id = r.message_id AND f.part IS NULL
            AND f.type IN ${finalStates} AND f.number < r.number
          WHERE r.message_id = p.message_id AND r.part = p.number AND r.type = 'RECEIPT')
        THEN format('part %s is %s and was released', p.number, p.state)
    END AS problem
  FROM message_parts p JOIN ledger_entries e ON e.id = p.message_id AND e.part = p.number
  WHERE ${inScope('p.message_id')} AND ${inScope('e.id')} AND e.kind IN ('CAPTURE', 'RELEASE')`,
);

/** On whole accounts. */
export const accountRules: readonly Rule[] = [balanced];
/** On what was moved for single messages. */
export const movementRules: readonly Rule[] = [held, once, deserved];
/** Credit, to the cent. */
export const moneyRules: readonly Rule[] = [...accountRules, ...movementRules];
