-- OTA pushes: the cards and what is known of them, which application a client may reach, and pushes, which wait in line
-- card by card. A push is also a message of the same id, by which it is paid for, delivered and followed.

-- How a kind of card departs from ETSI TS 102 225, and how its packets travel.
CREATE TABLE card_profiles (
  name                 text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  command_cc_coverage  text NOT NULL DEFAULT 'lengths'
    CHECK (command_cc_coverage IN ('header', 'lengths', 'udh_and_lengths')),
  response_cc_coverage text NOT NULL DEFAULT 'udh_and_lengths'
    CHECK (response_cc_coverage IN ('header', 'lengths', 'udh_and_lengths')),
  cc_includes_padding  boolean NOT NULL DEFAULT true,
  cc_length            integer NOT NULL DEFAULT 8 CHECK (cc_length IN (4, 8)),
  implicit_cipher      text CHECK (implicit_cipher IN ('des-cbc', 'des-ecb', '3des-2-cbc', '3des-2-ecb', '3des-3-cbc',
                         '3des-3-ecb', 'aes-cbc')),
  implicit_mac         text CHECK (implicit_mac IN ('des-cbc-mac', '3des-2-cbc-mac', '3des-3-cbc-mac', 'aes-cmac')),
  -- The remote command format of its file systems (ETSI TS 102 226, 5).
  format               text NOT NULL DEFAULT 'compact' CHECK (format IN ('compact', 'expanded', 'expanded_indefinite')),
  -- SPI (two octets) when a push does not say: CC and ciphering, a counter that is higher, a PoR by SMS-SUBMIT.
  spi                  text NOT NULL DEFAULT '1639' CHECK (spi ~ '^[0-9a-f]{4}$'),
  reference_bits       integer NOT NULL DEFAULT 8 CHECK (reference_bits IN (8, 16)),
  max_parts            integer NOT NULL DEFAULT 5 CHECK (max_parts BETWEEN 1 AND 255),
  -- How far the counter jumps when the card says that it was too low, since it does not say by how much.
  counter_jump         bigint NOT NULL DEFAULT 100 CHECK (counter_jump BETWEEN 1 AND 1000000),
  updated_at           timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cards (
  iccid         text PRIMARY KEY CHECK (iccid ~ '^[0-9]{18,20}$'),
  -- The number it answers to; null when it has none now.
  msisdn        text UNIQUE CHECK (msisdn ~ '^[1-9][0-9]{6,14}$'),
  profile       text NOT NULL REFERENCES card_profiles (name),
  -- The place in line that was given last. Whoever changes a card's counters or its line holds this row.
  last_position bigint NOT NULL DEFAULT 0,
  -- Why nothing is sent to it any more, until an operator says otherwise: its counter is too high, or its keys are wrong.
  stopped_at    timestamptz,
  stopped_for   text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

-- What card keys are sealed under: useless without the KMS key that wrapped it.
CREATE TABLE card_data_keys (
  id             uuid PRIMARY KEY,
  wrapped_base64 text NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE card_keysets (
  iccid        text NOT NULL REFERENCES cards (iccid),
  -- As KIc and KID name it.
  version      integer NOT NULL CHECK (version BETWEEN 0 AND 15),
  kic_algorithm text NOT NULL CHECK (kic_algorithm IN ('des-cbc', 'des-ecb', '3des-2-cbc', '3des-3-cbc', 'aes-cbc',
                 'implicit', 'implicit_4', 'implicit_8', 'implicit_12')),
  kid_algorithm text NOT NULL CHECK (kid_algorithm IN ('des-cbc-mac', '3des-2-cbc-mac', '3des-3-cbc-mac', 'aes-cmac',
                 'crc-16', 'crc-32', 'implicit', 'implicit_4', 'implicit_8', 'implicit_12')),
  -- `sealed`: kic and kid are encrypted under the data key. `hsm`: they are labels of keys that never leave the HSM.
  location     text NOT NULL CHECK (location IN ('sealed', 'hsm')),
  data_key_id  uuid REFERENCES card_data_keys (id),
  kic          text,
  kid          text,
  -- The counter that was given last: it only rises, so that none is ever given twice (CNTR has five octets).
  last_counter bigint NOT NULL DEFAULT 0 CHECK (last_counter BETWEEN 0 AND 1099511627775),
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (iccid, version),
  CHECK ((location = 'sealed') = (data_key_id IS NOT NULL))
);

CREATE FUNCTION refuse_lower_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The counter of a keyset never falls';
END $$;
CREATE TRIGGER card_keysets_counter_rises BEFORE UPDATE ON card_keysets
  FOR EACH ROW WHEN (NEW.last_counter < OLD.last_counter) EXECUTE FUNCTION refuse_lower_counter();

-- Which applications a client may reach, and the least security with which it may.
CREATE TABLE tar_allowances (
  client_id       uuid NOT NULL,
  tar             text NOT NULL CHECK (tar ~ '^[0-9a-f]{6}$'),
  least_integrity text NOT NULL DEFAULT 'cc' CHECK (least_integrity IN ('none', 'rc', 'cc')),
  must_cipher     boolean NOT NULL DEFAULT true,
  -- The least that SPI says of the counter.
  least_counter   text NOT NULL DEFAULT 'higher' CHECK (least_counter IN ('none', 'unchecked', 'higher', 'exact')),
  -- Null: as many as the card's profile allows.
  max_parts       integer CHECK (max_parts BETWEEN 1 AND 255),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (client_id, tar)
);

ALTER TABLE messages
  -- Of a push, null for all else: the bits of the reference in its parts. Its body is a command packet from CPL on, in
  -- hexadecimal, and empty until that is built; until then no attempt is planned.
  ADD COLUMN push_reference_bits integer CHECK (push_reference_bits IN (8, 16));

CREATE TABLE pushes (
  -- That of its message.
  id           uuid PRIMARY KEY,
  client_id    uuid NOT NULL,
  iccid        text NOT NULL,
  key_version  integer NOT NULL,
  -- Its place in the card's line; pushes are sent in this order.
  position     bigint NOT NULL,
  tar          text NOT NULL CHECK (tar ~ '^[0-9a-f]{6}$'),
  por          text NOT NULL CHECK (por IN ('none', 'on_error', 'always')),
  -- As it was when the push was accepted: {spi, kic, kid, quirks}.
  security     jsonb NOT NULL,
  format       text NOT NULL CHECK (format IN ('compact', 'expanded', 'expanded_indefinite')),
  -- The data of the packet in clear, in hexadecimal.
  data_hex     text NOT NULL,
  counter      bigint NOT NULL CHECK (counter BETWEEN 0 AND 1099511627775),
  -- BUILDING: given to the HSM. SENDING: its packet is under way. AWAITING_POR: it was delivered, or may have been.
  -- UNKNOWN: nobody ever said; it is not sent again.
  state        text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'BUILDING', 'SENDING', 'AWAITING_POR',
                 'SUCCEEDED', 'FAILED', 'EXPIRED', 'CANCELLED', 'UNKNOWN')),
  -- While BUILDING: the call to the HSM, by which a repetition is told from another one.
  call_id      uuid,
  taken_at     timestamptz,
  packet_sha256 text,
  -- What the card said: {status, counter, authenticated, ciphered, data_hex}.
  response     jsonb,
  failure      text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  sent_at      timestamptz,
  final_at     timestamptz,
  UNIQUE (iccid, key_version, counter),
  UNIQUE (iccid, position)
);
-- One push of a card is under way at a time: this is the rule, whatever the statements do.
CREATE UNIQUE INDEX pushes_in_flight ON pushes (iccid) WHERE state IN ('BUILDING', 'SENDING', 'AWAITING_POR');
CREATE INDEX pushes_waiting ON pushes (iccid, position) WHERE state = 'WAITING';
CREATE INDEX pushes_building ON pushes (taken_at) WHERE state = 'BUILDING';
CREATE INDEX pushes_client ON pushes (client_id, id);

-- The trace of a push and its audit: state changes, HSM calls (packet hash, TAR, SPI, counter, key version), what the
-- card answered. Without keys, and without commands in clear.
CREATE TABLE push_events (
  id      uuid PRIMARY KEY DEFAULT new_uuid_v7(),
  push_id uuid NOT NULL,
  number  bigint NOT NULL DEFAULT nextval('message_event_numbers'),
  type    text NOT NULL,
  detail  jsonb NOT NULL DEFAULT '{}',
  at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX push_events_push ON push_events (push_id, number);
CREATE TRIGGER push_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON push_events EXECUTE FUNCTION refuse_change();

-- Gives all that waits for a card under one keyset new counters in its order, above `floor` and above all that was ever
-- given. A function, because what is committed while it waits for the card's row must be seen by what it does next.
CREATE FUNCTION renumber_pushes(card text, keyset integer, floor bigint, reason text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  base  bigint;
  moved integer;
BEGIN
  PERFORM 1 FROM cards WHERE iccid = card FOR NO KEY UPDATE;
  UPDATE card_keysets SET last_counter = greatest(last_counter, floor) WHERE iccid = card AND version = keyset
    RETURNING last_counter INTO base;
  IF base IS NULL THEN
    RETURN NULL;
  END IF;
  WITH line AS (
    SELECT id, counter AS was, base + row_number() OVER (ORDER BY position) AS becomes
    FROM pushes WHERE iccid = card AND key_version = keyset AND state = 'WAITING'
  ),
  changed AS (UPDATE pushes p SET counter = line.becomes FROM line WHERE p.id = line.id RETURNING p.id, was, becomes)
  INSERT INTO push_events (push_id, type, detail)
    SELECT id, 'COUNTER_CHANGED', jsonb_build_object('from', was, 'to', becomes, 'reason', reason) FROM changed;
  GET DIAGNOSTICS moved = ROW_COUNT;
  UPDATE card_keysets SET last_counter = base + moved WHERE iccid = card AND version = keyset;
  RETURN base + moved;
END $$;

-- Puts a push back in its place in line: its call to the HSM came to nothing. Where its counter may have been used it
-- gets another, and all behind it with it.
CREATE FUNCTION give_push_back(push uuid, call uuid, is_counter_used boolean, reason text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  given pushes;
BEGIN
  PERFORM 1 FROM cards WHERE iccid = (SELECT iccid FROM pushes WHERE id = push) FOR NO KEY UPDATE;
  UPDATE pushes SET state = 'WAITING', call_id = NULL, taken_at = NULL
    WHERE id = push AND state = 'BUILDING' AND call_id = call RETURNING * INTO given;
  IF given.id IS NULL THEN
    RETURN false;
  END IF;
  INSERT INTO push_events (push_id, type, detail) VALUES (push, 'GIVEN_BACK',
    jsonb_build_object('reason', reason, 'counter', given.counter, 'is_counter_used', is_counter_used));
  IF is_counter_used THEN
    PERFORM renumber_pushes(given.iccid, given.key_version, 0, reason);
  END IF;
  RETURN true;
END $$;

-- Tells the client of a push that has come to its end, or to another one by an answer that came late: a push ends in many
-- statements, and is told of in one place. `push.unknown` may be followed by what the card said after all.
CREATE FUNCTION tell_of_push() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO callbacks (id, client_id, message_id, type, url, payload)
  SELECT new_uuid_v7(), m.client_id, m.id, t.type, m.callback_url, jsonb_strip_nulls(jsonb_build_object(
    'push_id', m.id, 'status', NEW.state, 'iccid', NEW.iccid, 'to', m.recipient, 'tar', NEW.tar, 'counter', NEW.counter,
    'reference', m.reference, 'error', NEW.failure,
    -- What is longer stays in the push: a row of the Data API is limited to 64 KB.
    'response', CASE WHEN length(NEW.response->>'data_hex') > 8000 THEN NEW.response - 'data_hex' ELSE NEW.response END))
  FROM messages m JOIN clients c ON c.id = m.client_id
  CROSS JOIN (SELECT 'push.' || lower(NEW.state) AS type) t
  WHERE m.id = NEW.id AND m.callback_url IS NOT NULL AND t.type = ANY (c.callback_types);
  RETURN NULL;
END $$;
CREATE TRIGGER pushes_told AFTER UPDATE OF state ON pushes
  FOR EACH ROW WHEN (NEW.state IN ('SUCCEEDED', 'FAILED', 'EXPIRED', 'UNKNOWN') AND NEW.state <> OLD.state)
  EXECUTE FUNCTION tell_of_push();
ALTER TABLE clients ALTER COLUMN callback_types SET DEFAULT
  '{message.delivered,message.failed,message.expired,push.succeeded,push.failed,push.expired,push.unknown}';
