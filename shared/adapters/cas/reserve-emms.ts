/**
 * Common table expressions that reserve what `wanted` has: one EMM for each row of (client_id, request_id, class, device,
 * kind, epoch, expires_at), with its revision and its number; `emm` has the rows. An epoch that is null is the one that is
 * ACTIVE now, an expiry that is null what the CA system says.
 *
 * A revision is counted under the lock of its row, so that of two orders for a device and kind one is surely the newer.
 */
export const reserveEmms = `
counted AS (
  INSERT INTO emm_revisions AS v (client_id, class, device, kind, revision)
  SELECT client_id, class, device, kind, 1 FROM wanted
  ON CONFLICT (client_id, class, device, kind) DO UPDATE SET revision = v.revision + 1
  RETURNING *
),
emm AS (
  INSERT INTO emms (id, client_id, request_id, class, device, kind, revision, epoch, expires_at)
  SELECT new_uuid_v7(), c.client_id, w.request_id, c.class, c.device, c.kind, c.revision,
    coalesce(w.epoch, (SELECT k.epoch FROM key_epochs k WHERE k.client_id = c.client_id AND k.state = 'ACTIVE')),
    coalesce(w.expires_at, now() + make_interval(hours => s.emm_hours))
  FROM counted c JOIN wanted w USING (client_id, class, device, kind) JOIN cas_systems s USING (client_id)
  RETURNING *
)`;
