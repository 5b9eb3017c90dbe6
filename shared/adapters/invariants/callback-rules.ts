import { finalStates, grace, inScope, messageRule, type Rule } from './sql-rule.ts';

const written = messageRule(
  'callback/written',
  'each final state whose client wants to hear of it has exactly one callback, and no news has two',
  `SELECT m.id, CASE
      WHEN c.most > 1 THEN format('%s callbacks say the same', c.most)
      WHEN m.state IN ${finalStates} AND m.callback_url IS NOT NULL AND coalesce(c.types, '{}') @> ARRAY[t.type] = false
          AND t.type = ANY (k.callback_types)
        THEN format('it is %s, and no callback %s was written', m.state, t.type)
    END AS problem
  FROM messages m JOIN clients k ON k.id = m.client_id,
  LATERAL (SELECT CASE m.state WHEN 'DELIVERED' THEN 'message.delivered' WHEN 'FAILED_PERM' THEN 'message.failed'
    WHEN 'EXPIRED' THEN 'message.expired' END AS type) t,
  LATERAL (SELECT max(n) AS most, array_agg(type) AS types
    FROM (SELECT type, count(*) AS n FROM callbacks WHERE message_id = m.id GROUP BY type) told) c
  WHERE ${inScope('m.id')}`,
);

/** What stands on its queue is given four times as long: a client's slow answers hold its neighbours up. */
const dueCallbacks = messageRule(
  'callback/next-step',
  'each callback is finished, or has a next step in time',
  `SELECT c.message_id AS id, CASE
      WHEN c.queued_at IS NULL AND c.next_attempt_at < now() - ${grace} AND c.created_at < now() - ${grace} - interval '30 seconds'
        THEN format('callback %s was due at %s, and is on no queue', c.id, c.next_attempt_at)
      WHEN c.queued_at IS NOT NULL AND greatest(c.queued_at, c.next_attempt_at) < now() - 4 * ${grace}
        THEN format('callback %s was queued at %s, and nothing came of it', c.id, c.queued_at)
    END AS problem
  FROM callbacks c WHERE c.state = 'PENDING' AND c.message_id IS NOT NULL`,
);

/** The client is told. */
export const callbackRules: readonly Rule[] = [written, dueCallbacks];
