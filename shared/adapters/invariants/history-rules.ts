import { inScope, messageRule, type Rule } from './sql-rule.ts';

/** Which entry may follow which. Beside the ends, what was claimed may be claimed again by a repeated call. */
const steps: Readonly<Record<string, readonly string[]>> = {
  SCHEDULED: ['SENDING', 'FAILED_PERM', 'CANCELLED', 'EXPIRED'],
  QUEUED: ['SENDING', 'SENT', 'UNKNOWN', 'DELIVERED', 'FAILED_PERM', 'CANCELLED', 'EXPIRED'],
  SENDING: ['SENDING', 'QUEUED', 'SENT', 'UNKNOWN', 'FAILED_TEMP', 'DELIVERED', 'FAILED_PERM', 'EXPIRED'],
  FAILED_TEMP: ['SENDING', 'SENT', 'UNKNOWN', 'DELIVERED', 'FAILED_PERM', 'CANCELLED', 'EXPIRED'],
  UNKNOWN: ['SENDING', 'SENT', 'FAILED_TEMP', 'DELIVERED', 'FAILED_PERM', 'EXPIRED'],
  SENT: ['DELIVERED', 'FAILED_PERM', 'EXPIRED'],
};

const allowed = Object.entries(steps)
  .flatMap(([before, after]) => after.map((next) => `('${before}', '${next}')`))
  .join(', ');

const forward = messageRule(
  'history/forward',
  'the history begins with the acceptance, only goes forward, and ends where the message stands',
  `SELECT m.id, CASE
      WHEN s.message_id IS NULL THEN 'it has no history'
      WHEN s.first NOT IN ('SCHEDULED', 'QUEUED') THEN format('its history begins with %s', s.first)
      WHEN s.back IS NOT NULL THEN format('its history goes from %s', s.back)
      WHEN s.last <> m.state THEN format('it is %s, and its history ends with %s', m.state, s.last)
    END AS problem
  FROM messages m LEFT JOIN (
    SELECT message_id, (array_agg(type ORDER BY number))[1] AS first, (array_agg(type ORDER BY number DESC))[1] AS last,
      min(before || ' to ' || type) FILTER (WHERE before IS NOT NULL AND (before, type) NOT IN (VALUES ${allowed})) AS back
    FROM (SELECT e.message_id, e.number, e.type, lag(e.type) OVER (PARTITION BY e.message_id ORDER BY e.number) AS before
      FROM message_events e WHERE e.part IS NULL AND ${inScope('e.message_id')}) e
    GROUP BY message_id
  ) s ON s.message_id = m.id
  WHERE ${inScope('m.id')}`,
);

const inOrder = messageRule(
  'history/in-order',
  'nothing is heard of a part before it was claimed, and no receipt before it was submitted',
  `SELECT e.message_id AS id, CASE
      WHEN e.type = 'RECEIPT' AND NOT EXISTS (SELECT FROM message_events s WHERE s.message_id = e.message_id
          AND s.part = e.part AND s.type = 'SUBMITTED' AND s.number < e.number)
        THEN format('part %s: RECEIPT before SUBMITTED', e.part)
      WHEN e.type <> 'RECEIPT' AND NOT EXISTS (SELECT FROM message_events s WHERE s.message_id = e.message_id
          AND s.part IS NULL AND s.type = 'SENDING' AND s.attempt = e.attempt AND s.number < e.number)
        THEN format('part %s: %s of attempt %s before SENDING', e.part, e.type, e.attempt)
    END AS problem
  FROM message_events e WHERE e.part IS NOT NULL AND ${inScope('e.message_id')}`,
);

const complete = messageRule(
  'history/complete',
  'each time an SMSC took a part stands in the history, and no part is sent or delivered without',
  `SELECT p.message_id AS id, CASE
      WHEN s.attempt IS NOT NULL AND NOT EXISTS (SELECT FROM message_events e WHERE e.message_id = p.message_id
          AND e.part = p.number AND e.type = 'SUBMITTED' AND e.attempt = s.attempt)
        THEN format('part %s was taken in attempt %s, and the history does not say so', p.number, s.attempt)
      WHEN p.state IN ('SENT', 'DELIVERED') AND NOT EXISTS (SELECT FROM message_events e
          WHERE e.message_id = p.message_id AND e.part = p.number AND e.type = 'SUBMITTED')
        THEN format('part %s is %s, and the history does not say that it was submitted', p.number, p.state)
    END AS problem
  FROM message_parts p LEFT JOIN part_submissions s ON s.message_id = p.message_id AND s.part = p.number
  WHERE ${inScope('p.message_id')}`,
);

/** The history is complete and in order. */
export const historyRules: readonly Rule[] = [forward, inOrder, complete];
