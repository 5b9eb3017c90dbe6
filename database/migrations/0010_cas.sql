-- Conditional access: requests of subscribers, cards and what they are entitled to, EMMs with the epochs of their keys,
-- and carousels. A client with a row in cas_systems has a CA system; everything below is a client's own.

CREATE TABLE cas_systems (
  client_id        uuid PRIMARY KEY,
  -- As DVB has assigned it (ETSI TS 101 162).
  ca_system_id     integer NOT NULL CHECK (ca_system_id BETWEEN 0 AND 65535),
  -- {unique|shared|global: {table_ids: [2], address_octets, crc}}; what is not said is usual: see section.ts.
  sections         jsonb NOT NULL DEFAULT '{}',
  language         text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'de', 'fr')),
  -- {last_minute, last_hour, last_day, refused_last_hour}; what is not said is usual: see weigh-flood.ts.
  limits           jsonb NOT NULL DEFAULT '{}',
  -- How long an EMM stays on air unless something newer replaces it.
  emm_hours        integer NOT NULL DEFAULT 336 CHECK (emm_hours BETWEEN 1 AND 8760),
  -- How long an epoch is ACTIVE, and how long before its EMMs with the key are on air.
  epoch_hours      integer NOT NULL DEFAULT 24 CHECK (epoch_hours BETWEEN 1 AND 8760),
  key_lead_minutes integer NOT NULL DEFAULT 60 CHECK (key_lead_minutes BETWEEN 0 AND 10080),
  -- How long what is over is kept: requests, EMMs, wrapped keys of retired epochs.
  retention_days   integer NOT NULL DEFAULT 90 CHECK (retention_days BETWEEN 1 AND 3650),
  created_at       timestamptz NOT NULL DEFAULT now()
);

-- To which client a text goes that was sent to this number; on a shared number, by its first word.
CREATE TABLE cas_numbers (
  number    text NOT NULL,
  keyword   text NOT NULL DEFAULT '' CHECK (keyword = upper(keyword)),
  client_id uuid NOT NULL,
  PRIMARY KEY (number, keyword)
);

-- Keywords beside the usual ones; a word that is here wins.
CREATE TABLE cas_keywords (
  client_id uuid NOT NULL,
  word      text NOT NULL CHECK (word = upper(word) AND word !~ '\s'),
  command   text NOT NULL CHECK (command IN ('activate', 'deactivate', 'status', 'refresh', 'pair', 'help', 'stop')),
  language  text CHECK (language IN ('en', 'de', 'fr')),
  PRIMARY KEY (client_id, word)
);

CREATE TABLE cas_packages (
  client_id uuid NOT NULL,
  code      text NOT NULL CHECK (code ~ '^[A-Z][A-Z0-9]{0,11}$'),
  name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
  product   integer NOT NULL CHECK (product BETWEEN 0 AND 65535),
  months    integer NOT NULL DEFAULT 1 CHECK (months BETWEEN 1 AND 12),
  PRIMARY KEY (client_id, code),
  UNIQUE (client_id, product)
);

-- Keys that are shared by a group of cards: one EMM then tells all of them the key of an epoch.
CREATE TABLE cas_groups (
  client_id  uuid NOT NULL,
  number     text NOT NULL CHECK (number ~ '^[0-9]{1,19}$'),
  -- A stored message (stored-message.ts) under the personal-data key, base64.
  device_key text NOT NULL,
  PRIMARY KEY (client_id, number)
);

CREATE TABLE cas_cards (
  client_id    uuid NOT NULL,
  card         text NOT NULL CHECK (card ~ '^[0-9]{8,19}$'),
  group_number text,
  -- As cas_groups.device_key; null where the group's key is all that the card has.
  device_key   text,
  -- The only telephone that may ask for it; null: any.
  owner        text,
  language     text CHECK (language IN ('en', 'de', 'fr')),
  box          text CHECK (box ~ '^[0-9A-Z]{1,20}$'),
  -- Counts changes, so that a decision that was taken on older knowledge is taken anew.
  version      integer NOT NULL DEFAULT 0,
  barred_at    timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (client_id, card)
);
CREATE UNIQUE INDEX cas_cards_box ON cas_cards (client_id, box) WHERE box IS NOT NULL;
CREATE INDEX cas_cards_group ON cas_cards (client_id, group_number) WHERE group_number IS NOT NULL;

CREATE TABLE cas_barred_senders (
  client_id uuid NOT NULL,
  msisdn    text NOT NULL,
  PRIMARY KEY (client_id, msisdn)
);

CREATE TABLE cas_entitlements (
  client_id  uuid NOT NULL,
  card       text NOT NULL,
  code       text NOT NULL,
  starts_at  timestamptz NOT NULL DEFAULT now(),
  ends_at    timestamptz NOT NULL,
  PRIMARY KEY (client_id, card, code)
);
CREATE INDEX cas_entitlements_end ON cas_entitlements (ends_at);

-- What subscribers asked for. The row is the outbox: what is not processed and on no queue is sent by dispatch-due.
CREATE TABLE sms_requests (
  id             uuid PRIMARY KEY,
  client_id      uuid NOT NULL,
  source         text NOT NULL CHECK (source IN ('api', 'inbound')),
  sender         text NOT NULL,
  message        text NOT NULL,
  -- The number that it was sent to, from which it is answered; null: the client's default sender.
  recipient      text,
  -- SHA-256 of the folded text, by which a repetition is known.
  text_hash      text NOT NULL,
  is_test        boolean NOT NULL DEFAULT false,
  correlation_id text NOT NULL,
  received_at    timestamptz NOT NULL DEFAULT now(),
  queued_at      timestamptz,
  -- When it was decided what to do: from then on it is only carried out.
  decided_at     timestamptz,
  verdict        text,
  is_refused     boolean,
  card           text,
  duplicate_of   uuid,
  -- The answer; null: silence. Its message has this id, so that it is sent once.
  response       text,
  reply_id       uuid,
  -- Why the answer could not be sent: a code of problems.ts.
  reply_refusal  text,
  -- When its EMMs were stored and its answer accepted.
  processed_at   timestamptz
);
CREATE INDEX sms_requests_client ON sms_requests (client_id, id);
CREATE INDEX sms_requests_sender ON sms_requests (client_id, sender, received_at);
CREATE INDEX sms_requests_open ON sms_requests (received_at) WHERE processed_at IS NULL;
CREATE INDEX sms_requests_age ON sms_requests (processed_at);

-- The same text from the same sender within ten minutes is answered with the first one's result.
CREATE TABLE sms_request_texts (
  client_id  uuid NOT NULL,
  sender     text NOT NULL,
  text_hash  text NOT NULL,
  request_id uuid NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (client_id, sender, text_hash)
);
CREATE INDEX sms_request_texts_age ON sms_request_texts (at);

CREATE TABLE key_epochs (
  client_id    uuid NOT NULL,
  epoch        integer NOT NULL CHECK (epoch >= 1),
  state        text NOT NULL CHECK (state IN ('PENDING', 'ACTIVE', 'DRAINING', 'RETIRED', 'DESTROYED')),
  -- The data key as KMS wrapped it, base64; gone when DESTROYED.
  wrapped_key  text CHECK ((wrapped_key IS NULL) = (state = 'DESTROYED')),
  wrapped_at   timestamptz NOT NULL DEFAULT now(),
  -- When every device had an EMM with the key; it becomes ACTIVE when that has been on air long enough.
  delivered_at timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  activated_at timestamptz,
  drained_at   timestamptz,
  retired_at   timestamptz,
  destroyed_at timestamptz,
  PRIMARY KEY (client_id, epoch)
);
-- One of each: the rule that two rotations at once would break is kept by the table.
CREATE UNIQUE INDEX key_epochs_active ON key_epochs (client_id) WHERE state = 'ACTIVE';
CREATE UNIQUE INDEX key_epochs_pending ON key_epochs (client_id) WHERE state = 'PENDING';

-- Counts the EMMs of a device and kind: the highest number that is sealed wins, and its last bit is the toggle.
CREATE TABLE emm_revisions (
  client_id uuid NOT NULL,
  class     text NOT NULL,
  device    text NOT NULL,
  kind      text NOT NULL,
  revision  integer NOT NULL,
  PRIMARY KEY (client_id, class, device, kind)
);

-- The id of an EMM in its envelope.
CREATE SEQUENCE emm_numbers;

CREATE TABLE emms (
  id            uuid PRIMARY KEY,
  number        bigint NOT NULL UNIQUE DEFAULT nextval('emm_numbers'),
  client_id     uuid NOT NULL,
  request_id    uuid,
  class         text NOT NULL CHECK (class IN ('unique', 'shared', 'global')),
  -- The number of the card or the group; '' for all.
  device        text NOT NULL,
  -- entitlements, pairing, key-<epoch>, or a name that the client gave.
  kind          text NOT NULL,
  revision      integer NOT NULL,
  epoch         integer NOT NULL,
  -- The commands as a stored message under the personal-data key, base64; null where they hold a key.
  emm_data      text,
  -- The section as it goes on air, base64; null: not sealed yet.
  encrypted_emm text,
  -- SHA-256 of the section, hexadecimal.
  section_hash  text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  sealed_at     timestamptz,
  -- Nothing is on air before the one, and nothing after the other.
  starts_at     timestamptz NOT NULL DEFAULT now(),
  expires_at    timestamptz NOT NULL,
  replaced_by   uuid,
  withdrawn_at  timestamptz,
  -- Not removed before, whatever the retention is.
  keep_until    timestamptz,
  UNIQUE (client_id, class, device, kind, revision)
);
CREATE INDEX emms_on_air ON emms (client_id, number)
  WHERE encrypted_emm IS NOT NULL AND replaced_by IS NULL AND withdrawn_at IS NULL;
CREATE INDEX emms_request ON emms (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX emms_client ON emms (client_id, id);
CREATE INDEX emms_device ON emms (client_id, device, id);
CREATE INDEX emms_epoch ON emms (client_id, epoch, expires_at);
CREATE INDEX emms_expiry ON emms (expires_at);

-- One stream of EMMs. What it sends to, how fast, and the shares of its classes are configuration.
CREATE TABLE carousels (
  id               uuid PRIMARY KEY,
  client_id        uuid NOT NULL,
  name             text NOT NULL,
  output           text NOT NULL DEFAULT 'log' CHECK (output IN ('log', 'udp', 'mux', 'sms')),
  -- Of the output: {host, port, version, client_id, data_id, channel_id, stream_id, mode}.
  settings         jsonb NOT NULL DEFAULT '{}',
  bandwidth_kbit_s integer NOT NULL DEFAULT 100 CHECK (bandwidth_kbit_s BETWEEN 1 AND 65535),
  -- {new|unique|shared|global: {weight, floor}}.
  classes          jsonb NOT NULL DEFAULT '{}',
  paused_at        timestamptz,
  -- What cycle-emms found: seconds until a new EMM is on air, and until each of the others was.
  on_air_seconds   double precision,
  cycle_seconds    double precision,
  planned_at       timestamptz,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (client_id, name)
);

-- Proof of what was sent: once per EMM, minute and stream, without any content.
CREATE TABLE carousel_log (
  carousel_id  uuid NOT NULL,
  minute       timestamptz NOT NULL,
  emm_id       uuid NOT NULL,
  section_hash text NOT NULL,
  times        integer NOT NULL,
  first_at     timestamptz NOT NULL,
  last_at      timestamptz NOT NULL,
  PRIMARY KEY (carousel_id, minute, emm_id)
);
CREATE INDEX carousel_log_emm ON carousel_log (emm_id, minute);
CREATE INDEX carousel_log_age ON carousel_log (minute);
