-- EMMs as short messages: what a carousel with output sms has sent to the telephones of cards' owners. A row is written by
-- the statement that accepts its message, so that no EMM is sent twice in a repetition, whoever asks how often.

CREATE TABLE emm_messages (
  carousel_id uuid NOT NULL,
  emm_id      uuid NOT NULL,
  repetition  integer NOT NULL CHECK (repetition BETWEEN 1 AND 5),
  -- Null: it was refused.
  message_id  uuid,
  -- Why it was refused, a code of problems.ts; or what its message came to without any SMSC having taken all of it.
  problem     text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  -- When it was known what it came to; what was sent is in carousel_log.
  settled_at  timestamptz,
  PRIMARY KEY (carousel_id, emm_id, repetition),
  CHECK (message_id IS NOT NULL OR problem IS NOT NULL)
);
CREATE INDEX emm_messages_emm ON emm_messages (emm_id);
CREATE INDEX emm_messages_age ON emm_messages (carousel_id, created_at);
CREATE INDEX emm_messages_open ON emm_messages (created_at) WHERE settled_at IS NULL;
CREATE INDEX emm_messages_problem ON emm_messages (carousel_id, created_at) WHERE problem IS NOT NULL;
