import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { metrics } from '#shared/telemetry.ts';
import type { Sql } from './data-api.ts';

/** One thing a provider said, flat, as the statements take it; what does not apply is null. */
export interface OutcomeRow {
  readonly type: 'PartSubmitted' | 'PartRefused' | 'PartUnknown' | 'PartNotSent';
  readonly message_id: string;
  readonly attempt: number;
  readonly part: number;
  readonly at: string;
  readonly provider: string;
  readonly smsc_message_id: string | null;
  readonly as_decimal: string | null;
  readonly as_hexadecimal: string | null;
  readonly error: string | null;
  readonly retry: boolean;
}

export interface ReceiptRow {
  readonly id: string;
  readonly provider: string;
  readonly smsc_message_id: string;
  readonly as_decimal: string | null;
  readonly as_hexadecimal: string | null;
  readonly recipient: string;
  readonly state: string;
  readonly error_code: string | null;
  readonly received_at: string;
}

/**
 * What stands in a part only goes forward, and an outcome of an older attempt says nothing of a newer one; but that an
 * SMSC took it, in whatever attempt, counts before all else. Each time it was taken stands in the history.
 */
const record = `
WITH input AS (
  SELECT * FROM jsonb_to_recordset(:outcomes::jsonb) AS o(type text, message_id uuid, attempt integer, part integer,
    at timestamptz, provider text, smsc_message_id text, as_decimal text, as_hexadecimal text, error text, retry boolean)
),
submission AS (
  INSERT INTO part_submissions (message_id, part, attempt, provider, smsc_message_id, as_decimal, as_hexadecimal,
    submitted_at)
  SELECT message_id, part, attempt, provider, smsc_message_id, as_decimal, as_hexadecimal, at
  FROM input WHERE type = 'PartSubmitted' AND smsc_message_id IS NOT NULL
  ON CONFLICT DO NOTHING
  RETURNING *
),
said AS (
  SELECT DISTINCT ON (message_id, part) * FROM input ORDER BY message_id, part, type = 'PartSubmitted' DESC, attempt DESC
),
part AS (
  UPDATE message_parts p SET
    state = CASE i.type
      WHEN 'PartSubmitted' THEN 'SENT'
      WHEN 'PartUnknown' THEN 'UNKNOWN'
      WHEN 'PartNotSent' THEN 'RETRY'
      ELSE CASE WHEN i.retry THEN 'RETRY' ELSE 'REFUSED' END END,
    unknown_times = p.unknown_times + CASE WHEN i.type = 'PartUnknown' THEN 1 ELSE 0 END,
    error = coalesce(i.error, p.error)
  FROM said i
  WHERE p.message_id = i.message_id AND p.number = i.part
    AND (p.state = 'SENDING' AND p.attempt = i.attempt
      OR p.state IN ('SENDING', 'UNKNOWN', 'PENDING', 'RETRY') AND i.type = 'PartSubmitted'
      OR p.state = 'UNKNOWN' AND p.attempt = i.attempt AND i.type = 'PartRefused')
  RETURNING p.message_id, p.number, i.type, i.attempt, i.at, i.provider, i.smsc_message_id, i.error
),
event AS (
  INSERT INTO message_events (message_id, type, part, attempt, detail, at)
  SELECT message_id, upper(substr(type, 5)), number, attempt,
    jsonb_strip_nulls(jsonb_build_object('provider', provider, 'smsc_message_id', smsc_message_id, 'error', error)), at
  FROM (
    SELECT * FROM part
    UNION ALL
    SELECT message_id, part, 'PartSubmitted', attempt, submitted_at, provider, smsc_message_id, NULL FROM submission
    WHERE (message_id, part, attempt) NOT IN (SELECT message_id, number, attempt FROM part WHERE type = 'PartSubmitted')
  ) heard ORDER BY at, number
),
receipt AS (
  INSERT INTO receipts (id, provider, smsc_message_id, as_decimal, as_hexadecimal, recipient, state, error_code,
    received_at)
  SELECT id, provider, smsc_message_id, as_decimal, as_hexadecimal, recipient, state, error_code, received_at
  FROM jsonb_to_recordset(:receipts::jsonb) AS r(id uuid, provider text, smsc_message_id text, as_decimal text,
    as_hexadecimal text, recipient text, state text, error_code text, received_at timestamptz)
  ON CONFLICT DO NOTHING
)
SELECT count(*) AS parts FROM part`;

/**
 * Joins receipts with the submissions they speak of, whichever came first. Rank 1: the same id; 2: the same but for
 * case and padding; 3: one is the other's hexadecimal. Below rank 1 the numbers called must agree as well, and where
 * the best rank points at two parts nothing is guessed, unless it was one submission that carried both.
 */
const join = `
WITH said AS (
  SELECT * FROM jsonb_to_recordset(:submissions::jsonb) AS s(provider text, smsc_message_id text, as_decimal text,
    as_hexadecimal text)
),
open AS (
  SELECT r.* FROM receipts r
  WHERE r.id IN (SELECT value::uuid FROM jsonb_array_elements_text(:receipt_ids::jsonb))
  UNION SELECT r.* FROM receipts r JOIN said s
    ON s.provider = r.provider AND lower(s.smsc_message_id) = lower(r.smsc_message_id)
  UNION SELECT r.* FROM receipts r JOIN said s USING (provider, as_hexadecimal)
  UNION SELECT r.* FROM receipts r JOIN said s ON s.provider = r.provider AND s.as_decimal = r.as_hexadecimal
  UNION SELECT r.* FROM receipts r JOIN said s ON s.provider = r.provider AND s.as_hexadecimal = r.as_decimal
),
pair AS (
  SELECT r.id, s.message_id, s.part, s.attempt, s.smsc_message_id, CASE WHEN s.smsc_message_id = r.smsc_message_id THEN 1 ELSE 2 END AS rank
  FROM open r JOIN part_submissions s
    ON s.provider = r.provider AND lower(s.smsc_message_id) = lower(r.smsc_message_id)
  UNION ALL
  SELECT r.id, s.message_id, s.part, s.attempt, s.smsc_message_id, 2 FROM open r JOIN part_submissions s USING (provider, as_hexadecimal)
  UNION ALL
  SELECT r.id, s.message_id, s.part, s.attempt, s.smsc_message_id, 3 FROM open r
  JOIN part_submissions s ON s.provider = r.provider AND s.as_decimal = r.as_hexadecimal
  UNION ALL
  SELECT r.id, s.message_id, s.part, s.attempt, s.smsc_message_id, 3 FROM open r
  JOIN part_submissions s ON s.provider = r.provider AND s.as_hexadecimal = r.as_decimal
),
credible AS (
  SELECT p.*, rank() OVER (PARTITION BY p.id ORDER BY p.rank) AS place
  FROM pair p JOIN open r ON r.id = p.id JOIN messages m ON m.id = p.message_id
  WHERE p.rank = 1 OR right(r.recipient, 8) = right(m.recipient, 8)
),
-- A long message that went as one payload has one name, and what is said of it is said of every part.
found AS (
  SELECT DISTINCT id, message_id, part FROM credible
  WHERE place = 1 AND id IN (
    SELECT id FROM credible WHERE place = 1 GROUP BY id
    HAVING count(DISTINCT (message_id, part)) = 1 OR count(DISTINCT (message_id, attempt, smsc_message_id)) = 1)
),
taken AS (DELETE FROM receipts r WHERE r.id IN (SELECT id FROM found) RETURNING r.*),
gone AS (
  SELECT t.*, f.message_id, f.part,
    CASE WHEN t.state = 'DELIVERED' THEN 'DELIVERED'
         WHEN t.state = 'EXPIRED' THEN 'EXPIRED'
         WHEN t.state IN ('DELETED', 'UNDELIVERABLE', 'REJECTED') THEN 'FAILED' END AS final
  FROM taken t JOIN found f USING (id)
),
event AS (
  INSERT INTO message_events (message_id, type, part, detail, at)
  SELECT message_id, 'RECEIPT', part, jsonb_strip_nulls(jsonb_build_object('provider', provider,
    'smsc_message_id', smsc_message_id, 'state', state, 'error_code', error_code)), received_at
  FROM gone ORDER BY received_at
),
first_final AS (
  SELECT DISTINCT ON (message_id, part) message_id, part, final, state, error_code
  FROM gone WHERE final IS NOT NULL ORDER BY message_id, part, received_at
),
part AS (
  UPDATE message_parts p SET state = f.final,
    error = CASE WHEN f.final = 'DELIVERED' THEN NULL ELSE concat_ws(' ', 'receipt', f.state, f.error_code) END
  FROM first_final f
  WHERE p.message_id = f.message_id AND p.number = f.part
    AND p.state NOT IN ('DELIVERED', 'FAILED', 'EXPIRED', 'REFUSED', 'ASSUMED')
)
SELECT DISTINCT id, message_id FROM gone`;

/** Writes down what was said, of parts and in receipts, and no more: nothing is decided here. Repeatable. */
export const recordOutcomes = async (
  sql: Sql,
  outcomes: readonly OutcomeRow[],
  receipts: readonly ReceiptRow[],
): Promise<void> => {
  await sql(record, { outcomes, receipts });
};

interface JoinedReceipt {
  readonly id: string;
  readonly message_id: string;
}

/** Parked are those that overtook their submission, or that fit no part, or more than one. */
const countReceipts = (given: readonly string[], joined: readonly JoinedReceipt[]): void => {
  const ids = new Set(joined.map(({ id }) => id));
  const parked = given.filter((id) => !ids.has(id)).length;
  if (joined.length > 0) metrics.addMetric('ReceiptsJoined', MetricUnit.Count, joined.length);
  if (parked > 0) metrics.addMetric('ReceiptsParked', MetricUnit.Count, parked);
};

/**
 * Joins the given receipts, and those parked earlier for the given submissions, with their parts.
 * A receipt that finds no part, or more than one, stays parked.
 *
 * @returns the ids of the messages that were spoken of.
 */
export const joinReceipts = async (
  sql: Sql,
  outcomes: readonly OutcomeRow[],
  receipts: readonly ReceiptRow[],
): Promise<string[]> => {
  const submissions = outcomes
    .filter((outcome) => outcome.smsc_message_id !== null)
    .map(({ provider, smsc_message_id, as_decimal, as_hexadecimal }) => ({
      provider,
      smsc_message_id,
      as_decimal,
      as_hexadecimal,
    }));
  const receipt_ids = receipts.map((receipt) => receipt.id);
  const rows = await sql<JoinedReceipt>(join, { submissions, receipt_ids });
  countReceipts(receipt_ids, rows);
  return [...new Set(rows.map((row) => row.message_id))];
};
