import { longestClaimMinutes, receiptGrace, recoveryMarginSeconds } from '../recover-messages.ts';
import { finalStates, grace, inScope, messageRule, type Rule } from './sql-rule.ts';

/** When an attempt that stands on its queue could first be claimed. */
const claimable = 'greatest(m.queued_at, m.next_attempt_at)';

/**
 * A delivery that stands on no queue any more cannot be seen from here; that it is gone, can. Either a message of the
 * same client and priority, accepted much later, was claimed (a backlog is worked off in about the order it came in, so
 * a long one is no finding); or nothing at all is or was claimed for a while, though a bridge lives. The dear question
 * comes last: it is asked of a quiet system only.
 */
const lost = `CASE
    WHEN ${claimable} >= now() - ${grace} THEN false
    WHEN p.newest_id > m.id AND p.newest > ${claimable} + ${grace} THEN true
    WHEN EXISTS (SELECT FROM messages o WHERE o.state = 'SENDING') THEN false
    WHEN NOT EXISTS (SELECT FROM bridge_leases l WHERE l.expires_at > now() AND l.started_at < now() - ${grace}) THEN false
    ELSE NOT EXISTS (SELECT FROM message_events e WHERE e.type = 'SENDING' AND e.at > now() - ${grace}
      AND e.message_id >= uuid_v7_floor(now() - interval '2 days'))
  END`;

/** When the newest message that was claimed was accepted, of each client and priority of which something waits long. */
const progress = `
WITH waiting AS (
  SELECT DISTINCT client_id, priority FROM messages
  WHERE state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN') AND greatest(queued_at, next_attempt_at) < now() - ${grace}
)
SELECT w.client_id, w.priority, n.id AS newest_id, n.created_at AS newest FROM waiting w, LATERAL (SELECT id, created_at FROM messages o
  WHERE o.client_id = w.client_id AND o.priority = w.priority AND o.state NOT IN ('SCHEDULED', 'QUEUED', 'CANCELLED', 'EXPIRED')
  ORDER BY o.id DESC LIMIT 1) n`;

const nextStep = messageRule(
  'message/next-step',
  'each accepted message is final, or has a next step in time',
  `SELECT m.id, CASE
      WHEN m.state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP') AND m.expires_at < now() - ${grace}
        THEN format('%s, worth nothing since %s, and not closed', m.state, m.expires_at)
      WHEN m.expires_at < now() - ${receiptGrace} - ${grace}
        THEN format('%s, its wait for a receipt was over at %s, and it is not closed', m.state, m.expires_at + ${receiptGrace})
      -- A push whose packet is not built yet waits in its card's line.
      WHEN m.state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP') AND m.next_attempt_at IS NULL
          AND NOT EXISTS (SELECT FROM pushes w WHERE w.id = m.id AND w.state IN ('WAITING', 'BUILDING'))
        THEN format('%s, and no attempt is planned', m.state)
      WHEN m.state = 'SENDING' AND m.owner IS NULL THEN 'SENDING, by nobody'
      WHEN m.state = 'SENDING' AND EXISTS (SELECT FROM bridge_leases l WHERE l.owner = m.owner
          AND l.expires_at < now() - make_interval(secs => ${recoveryMarginSeconds}) - ${grace})
        THEN 'SENDING, by a task whose lease has long passed, and not recovered'
      WHEN m.state = 'SENDING' AND coalesce(m.claimed_at, '-infinity') < now() - make_interval(mins => ${longestClaimMinutes}) - ${grace}
        THEN format('SENDING since %s, and not recovered', m.claimed_at)
      WHEN m.state = 'SENDING' OR m.expires_at < now() OR m.next_attempt_at IS NULL THEN NULL
      WHEN m.queued_at IS NULL AND m.next_attempt_at < now() - ${grace}
          AND m.created_at < now() - ${grace} - interval '30 seconds'
        THEN format('%s, due at %s, and on no queue', m.state, m.next_attempt_at)
      WHEN m.queued_at IS NOT NULL AND ${lost}
        THEN format('%s, queued at %s, due at %s, and lost: what came after it was claimed, or nothing is', m.state,
          m.queued_at, m.next_attempt_at)
    END AS problem
  FROM messages m LEFT JOIN (${progress}) p ON p.client_id = m.client_id AND p.priority = m.priority
  WHERE m.state NOT IN ${finalStates}`,
);

/** Between the word of a provider and its settling a message may lag behind its parts: only what is at rest is judged. */
const agrees = messageRule(
  'message/agrees-with-parts',
  'what a message says of itself is what its parts say',
  `SELECT m.id, CASE
      WHEN p.total <> m.parts THEN format('%s parts of %s', p.total, m.parts)
      WHEN (m.final_at IS NOT NULL) <> (m.state IN ${finalStates}) THEN format('%s, final at %s', m.state, m.final_at)
      WHEN (m.owner IS NOT NULL) <> (m.state = 'SENDING') THEN format('%s, owned by %s', m.state, m.owner)
      WHEN CASE m.state
        WHEN 'DELIVERED' THEN p.delivered = m.parts
        WHEN 'CANCELLED' THEN p.pending = m.parts
        WHEN 'EXPIRED' THEN p.timed_out > 0
        WHEN 'FAILED_PERM' THEN p.sending = 0
        WHEN 'SCHEDULED' THEN p.pending = m.parts
        WHEN 'QUEUED' THEN p.sending = 0 AND p.pending > 0
        WHEN 'FAILED_TEMP' THEN p.sending = 0 AND p.retry > 0
        WHEN 'SENDING' THEN p.sending > 0
        WHEN 'SENT' THEN p.sending = 0 AND p.sent + p.unknown > 0 AND (p.sent > 0 OR p.failed > 0)
        WHEN 'UNKNOWN' THEN p.sending = 0 AND p.unknown > 0 OR p.retry > 0 AND m.next_attempt_at IS NOT NULL
      END THEN NULL
      ELSE format('%s, and its parts are %s', m.state, p.states)
    END AS problem
  FROM messages m,
  LATERAL (SELECT count(*) AS total,
      count(*) FILTER (WHERE state = 'DELIVERED') AS delivered,
      count(*) FILTER (WHERE state = 'PENDING') AS pending,
      count(*) FILTER (WHERE state = 'RETRY') AS retry,
      count(*) FILTER (WHERE state = 'SENDING') AS sending,
      count(*) FILTER (WHERE state = 'SENT') AS sent,
      count(*) FILTER (WHERE state = 'UNKNOWN') AS unknown,
      count(*) FILTER (WHERE state IN ('FAILED', 'REFUSED', 'RETRY')) AS failed,
      count(*) FILTER (WHERE state IN ('EXPIRED', 'ASSUMED')) AS timed_out,
      string_agg(state, ', ' ORDER BY number) AS states
    FROM message_parts WHERE message_id = m.id) p
  WHERE ${inScope('m.id')} AND (m.state IN ${finalStates} OR NOT EXISTS (SELECT FROM message_events e
    WHERE e.message_id = m.id AND e.at > now() - ${grace}))`,
);

/** On whatever is still open, whenever it was accepted. */
export const openMessageRules: readonly Rule[] = [nextStep];
/** Nothing is lost, and nothing stands still. */
export const progressRules: readonly Rule[] = [...openMessageRules, agrees];
