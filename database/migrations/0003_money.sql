-- Credit: held at accept, then captured for each delivered part, the rest released.

-- The hold of one message. available = clients.credit_cents; held = the sum of what is open here.
CREATE TABLE credit_locks (
  message_id     uuid NOT NULL PRIMARY KEY,
  client_id      uuid NOT NULL,
  held_cents     bigint NOT NULL CHECK (held_cents >= 0),
  captured_cents bigint NOT NULL DEFAULT 0 CHECK (captured_cents >= 0),
  released_cents bigint NOT NULL DEFAULT 0 CHECK (released_cents >= 0),
  settled_at     timestamptz,
  CONSTRAINT credit_locks_not_overspent CHECK (captured_cents + released_cents <= held_cents)
) PARTITION BY RANGE (message_id);
CREATE INDEX credit_locks_open ON credit_locks (client_id) WHERE settled_at IS NULL;

-- Every movement, once: the primary key is what keeps a capture from happening twice. `id` is the message's; a grant,
-- which belongs to no message, has an id of its own. Part 0 is the message as a whole.
CREATE TABLE ledger_entries (
  id           uuid NOT NULL,
  part         integer NOT NULL DEFAULT 0,
  kind         text NOT NULL CHECK (kind IN ('GRANT', 'HOLD', 'CAPTURE', 'RELEASE')),
  client_id    uuid NOT NULL,
  amount_cents bigint NOT NULL CHECK (kind = 'GRANT' OR amount_cents >= 0),
  reason       text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, part, kind)
) PARTITION BY RANGE (id);
CREATE INDEX ledger_entries_client ON ledger_entries (client_id, created_at);

-- Callbacks still to be made and made: the row is the outbox, as with messages.
CREATE TABLE callbacks (
  id              uuid PRIMARY KEY,
  client_id       uuid NOT NULL,
  message_id      uuid,
  type            text NOT NULL,
  url             text NOT NULL,
  payload         jsonb NOT NULL,
  state           text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
  attempt         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  queued_at       timestamptz,
  finished_at     timestamptz,
  last_status     integer,
  last_error      text
);
CREATE INDEX callbacks_due ON callbacks (next_attempt_at) WHERE state = 'PENDING';
CREATE INDEX callbacks_message ON callbacks (message_id);
