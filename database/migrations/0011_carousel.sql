-- What follows EMMs looks for those that were sealed or withdrawn since its last look.
CREATE INDEX emms_sealed ON emms (client_id, sealed_at) WHERE sealed_at IS NOT NULL;
CREATE INDEX emms_withdrawn ON emms (client_id, withdrawn_at) WHERE withdrawn_at IS NOT NULL;

-- What the emitter was allocated last; null: never anything.
ALTER TABLE carousels ADD COLUMN granted_kbit_s double precision;
-- What it held when it was planned: {unique|shared|global: how many}.
ALTER TABLE carousels ADD COLUMN emms jsonb NOT NULL DEFAULT '{}';

-- Who sent it: a change of hands within a minute leaves two counts, and one that is written twice stays as it is.
ALTER TABLE carousel_log ADD COLUMN generation integer NOT NULL DEFAULT 0;
ALTER TABLE carousel_log DROP CONSTRAINT carousel_log_pkey;
ALTER TABLE carousel_log ADD PRIMARY KEY (carousel_id, minute, emm_id, generation);
