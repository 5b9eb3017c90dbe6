-- What operating a CA system asks of its tables: cards by their owners, and what clients are told of their EMMs.

CREATE INDEX cas_cards_owner ON cas_cards (client_id, owner) WHERE owner IS NOT NULL;

ALTER TABLE emms
  -- When it was first sent, by any carousel; null: not yet.
  ADD COLUMN on_air_at timestamptz,
  -- When it was noted that its time was over while nothing had taken its place; null: not, or not yet.
  ADD COLUMN expired_at timestamptz,
  ADD COLUMN section_octets integer GENERATED ALWAYS AS (length(encrypted_emm) * 3 / 4) STORED;

-- Of what was before clients are not told.
UPDATE emms e SET on_air_at = l.first_at
FROM (SELECT emm_id, min(first_at) AS first_at FROM carousel_log GROUP BY emm_id) l WHERE l.emm_id = e.id;
UPDATE emms SET expired_at = expires_at WHERE expires_at <= now() AND encrypted_emm IS NOT NULL
  AND replaced_by IS NULL AND withdrawn_at IS NULL;

CREATE INDEX emms_to_expire ON emms (expires_at)
  WHERE encrypted_emm IS NOT NULL AND replaced_by IS NULL AND withdrawn_at IS NULL AND expired_at IS NULL;

-- What carousels hold is counted every minute out of this index alone.
CREATE INDEX emms_load ON emms (client_id, class) INCLUDE (starts_at, expires_at, section_octets)
  WHERE encrypted_emm IS NOT NULL AND replaced_by IS NULL AND withdrawn_at IS NULL AND expired_at IS NULL;
