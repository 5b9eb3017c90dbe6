-- Messages and everything that is told of one. All of it is partitioned by the month in the message's UUID v7, so that
-- every row of a message lies in partitions with one bound: a look-up by message prunes, a month is dropped whole.
-- No foreign key points into a partition (they halve the speed of the accept statement); statements guard themselves.

-- References of concatenated parts (16 bit): unlike among any 65,536 consecutive messages.
CREATE SEQUENCE concat_references MINVALUE 0 MAXVALUE 65535 START 0 CYCLE;
CREATE SEQUENCE message_event_numbers;

CREATE TABLE messages (
  id               uuid NOT NULL PRIMARY KEY,
  client_id        uuid NOT NULL,
  recipient        text NOT NULL,
  sender           text NOT NULL,
  body             text NOT NULL,
  encoding         text NOT NULL CHECK (encoding IN ('gsm7', 'ucs2')),
  parts            integer NOT NULL CHECK (parts BETWEEN 1 AND 255),
  concat_reference integer NOT NULL DEFAULT nextval('concat_references'),
  priority         text NOT NULL CHECK (priority IN ('high', 'normal', 'bulk')),
  state            text NOT NULL CHECK (state IN ('SCHEDULED', 'QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'FAILED_TEMP',
                     'FAILED_PERM', 'CANCELLED', 'EXPIRED', 'UNKNOWN')),
  attempt          integer NOT NULL DEFAULT 1 CHECK (attempt BETWEEN 1 AND 11),
  -- When the attempt is due; null when no further one is planned.
  next_attempt_at  timestamptz,
  -- When the attempt was put on its queue; null: it is still to be put there. This is the outbox mark.
  queued_at        timestamptz,
  -- While SENDING: the bridge task that holds the claim, and the call that made it.
  owner            uuid,
  claim_id         uuid,
  claimed_at       timestamptz,
  expires_at       timestamptz NOT NULL,
  callback_url     text,
  reference        text,
  price_cents      bigint NOT NULL CHECK (price_cents >= 0),
  cost_cents       bigint NOT NULL CHECK (cost_cents >= 0),
  correlation_id   text NOT NULL,
  failure          text,
  created_at       timestamptz NOT NULL DEFAULT now(),
  final_at         timestamptz
) PARTITION BY RANGE (id);
CREATE INDEX messages_due ON messages (next_attempt_at)
  WHERE queued_at IS NULL AND state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN');
CREATE INDEX messages_claimed ON messages (owner) WHERE state = 'SENDING';
CREATE INDEX messages_open ON messages (expires_at)
  WHERE state IN ('SCHEDULED', 'QUEUED', 'SENDING', 'SENT', 'FAILED_TEMP', 'UNKNOWN');
CREATE INDEX messages_client ON messages (client_id, id);

CREATE TABLE message_parts (
  message_id    uuid NOT NULL,
  number        integer NOT NULL,
  -- PENDING: not yet sent. SENDING: claimed. RETRY: refused for now. UNKNOWN: sent, the SMSC never answered.
  -- ASSUMED: its time is over and the client's policy takes it as delivered.
  state         text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'SENDING', 'SENT', 'RETRY', 'UNKNOWN',
                  'REFUSED', 'DELIVERED', 'FAILED', 'EXPIRED', 'ASSUMED')),
  attempt       integer NOT NULL DEFAULT 0,
  -- How often its fate became unknown: text is sent again after the first time, never after the second.
  unknown_times integer NOT NULL DEFAULT 0,
  error         text,
  PRIMARY KEY (message_id, number)
) PARTITION BY RANGE (message_id);

-- What an SMSC called a part: one row for each time it took one.
CREATE TABLE part_submissions (
  message_id      uuid NOT NULL,
  part            integer NOT NULL,
  attempt         integer NOT NULL,
  provider        text NOT NULL,
  smsc_message_id text NOT NULL,
  -- The id's value read as a decimal and as a hexadecimal number, both written in decimal: see smsc-message-id.ts.
  as_decimal      text,
  as_hexadecimal  text,
  submitted_at    timestamptz NOT NULL,
  PRIMARY KEY (message_id, part, attempt)
) PARTITION BY RANGE (message_id);
CREATE INDEX part_submissions_folded ON part_submissions (provider, lower(smsc_message_id));
CREATE INDEX part_submissions_decimal ON part_submissions (provider, as_decimal);
CREATE INDEX part_submissions_hexadecimal ON part_submissions (provider, as_hexadecimal);

CREATE TABLE message_events (
  message_id uuid NOT NULL,
  number     bigint NOT NULL DEFAULT nextval('message_event_numbers'),
  type       text NOT NULL,
  part       integer,
  attempt    integer,
  detail     jsonb NOT NULL DEFAULT '{}',
  at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (message_id, number)
) PARTITION BY RANGE (message_id);

-- Receipts that wait for their submission: one may overtake its submit_sm_resp. A joined one leaves.
CREATE TABLE receipts (
  id              uuid PRIMARY KEY,
  provider        text NOT NULL,
  smsc_message_id text NOT NULL,
  as_decimal      text,
  as_hexadecimal  text,
  recipient       text NOT NULL,
  state           text NOT NULL,
  error_code      text,
  received_at     timestamptz NOT NULL
);
CREATE INDEX receipts_folded ON receipts (provider, lower(smsc_message_id));
CREATE INDEX receipts_decimal ON receipts (provider, as_decimal);
CREATE INDEX receipts_hexadecimal ON receipts (provider, as_hexadecimal);
CREATE INDEX receipts_age ON receipts (received_at);

-- A bridge task's promise that it lives: what it has claimed is its own until the lease passes.
CREATE TABLE bridge_leases (
  owner      uuid PRIMARY KEY,
  expires_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE inbound_messages (
  id               uuid PRIMARY KEY,
  provider         text NOT NULL,
  source_addr      text NOT NULL,
  destination_addr text NOT NULL,
  data_coding      integer NOT NULL,
  esm_class        integer NOT NULL,
  protocol_id      integer NOT NULL,
  udh_hex          text NOT NULL,
  data_hex         text NOT NULL,
  body             text,
  received_at      timestamptz NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inbound_messages_destination ON inbound_messages (destination_addr, received_at);
