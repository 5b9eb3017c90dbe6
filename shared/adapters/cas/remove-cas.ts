import type { Sql } from '../data-api.ts';

/**
 * EMMs that are over: expired, withdrawn or replaced, for as long as the retention says, and at least a day, in which every
 * emitter has heard of it. One that was sent within that day stays, whatever its row says, and so does one that is to be
 * kept.
 */
const emms = `
WITH over AS (
  SELECT e.id FROM emms e JOIN cas_systems s ON s.client_id = e.client_id
  WHERE least(e.expires_at, e.withdrawn_at, (SELECT n.sealed_at FROM emms n WHERE n.id = e.replaced_by))
      < now() - make_interval(days => s.retention_days)
    AND (e.keep_until IS NULL OR e.keep_until < now())
    AND NOT EXISTS (SELECT FROM carousel_log l WHERE l.emm_id = e.id AND l.minute > now() - interval '1 day')
  ORDER BY e.id LIMIT :limit FOR UPDATE OF e SKIP LOCKED
),
sent AS (DELETE FROM emm_messages s USING over WHERE s.emm_id = over.id)
DELETE FROM emms e USING over WHERE e.id = over.id RETURNING e.id`;

/** A request goes when its EMMs have gone. */
const requests = `
WITH over AS (
  SELECT r.id FROM sms_requests r JOIN cas_systems s ON s.client_id = r.client_id
  WHERE r.processed_at < now() - make_interval(days => s.retention_days)
    AND NOT EXISTS (SELECT FROM emms e WHERE e.request_id = r.id)
  ORDER BY r.processed_at LIMIT :limit FOR UPDATE OF r SKIP LOCKED
)
DELETE FROM sms_requests r USING over WHERE r.id = over.id RETURNING r.id`;

const entitlements = `
WITH over AS (
  SELECT t.client_id, t.card, t.code FROM cas_entitlements t JOIN cas_systems s ON s.client_id = t.client_id
  WHERE t.ends_at < now() - make_interval(days => s.retention_days)
  ORDER BY t.ends_at LIMIT :limit FOR UPDATE OF t SKIP LOCKED
)
DELETE FROM cas_entitlements t USING over
WHERE t.client_id = over.client_id AND t.card = over.card AND t.code = over.code RETURNING t.card`;

/** Longer than any repetition counts. */
const texts = `
DELETE FROM sms_request_texts WHERE (client_id, sender, text_hash) IN
  (SELECT client_id, sender, text_hash FROM sms_request_texts WHERE at < now() - interval '1 hour' LIMIT :limit)
RETURNING sender`;

/** Counts of keys that are gone. Any other count stays: it makes the next revision the higher one. */
const revisions = `
DELETE FROM emm_revisions WHERE (client_id, class, device, kind) IN
  (SELECT v.client_id, v.class, v.device, v.kind FROM key_epochs k
   JOIN emm_revisions v ON v.client_id = k.client_id AND v.kind = 'key-' || k.epoch
   WHERE k.state = 'DESTROYED' AND NOT EXISTS (SELECT FROM emms e WHERE e.client_id = k.client_id AND e.kind = v.kind)
   LIMIT :limit)
RETURNING device`;

/** How long it can be proved what was sent. */
const proof = `
DELETE FROM carousel_log WHERE (carousel_id, minute, emm_id) IN
  (SELECT carousel_id, minute, emm_id FROM carousel_log WHERE minute < now() - interval '400 days' LIMIT :limit)
RETURNING emm_id`;

/**
 * Removes what is over and whose retention is over too: at most `limit` of each kind, never what is on air.
 *
 * @returns how many of the kind of which there were most: as long as it is `limit`, there are more.
 */
export const removeCas = async (sql: Sql, limit: number): Promise<number> => {
  const counts: number[] = [];
  for (const statement of [emms, requests, entitlements, texts, revisions, proof])
    counts.push((await sql(statement, { limit })).length);
  return Math.max(...counts);
};
