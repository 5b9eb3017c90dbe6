-- What the client and admin API needs: limits and guards of a client, test keys, prices by prefix, opt-outs, erasures,
-- batches, an audit log, and messages that are no text.

ALTER TABLE clients
  -- The token bucket of its requests.
  ADD COLUMN rate_per_second integer NOT NULL DEFAULT 100 CHECK (rate_per_second BETWEEN 1 AND 10000),
  ADD COLUMN burst integer NOT NULL DEFAULT 200 CHECK (burst BETWEEN 1 AND 100000),
  -- Who its messages may be from beside its default sender, and where they may go (ISO 3166-1 alpha-2); null: any.
  ADD COLUMN allowed_senders text[],
  ADD COLUMN allowed_countries text[],
  -- Guards against fraud; null: none. The spend is what was held on the day (UTC) that spent_on names.
  ADD COLUMN daily_spend_cap_cents bigint CHECK (daily_spend_cap_cents >= 0),
  ADD COLUMN prefix_messages_per_hour integer CHECK (prefix_messages_per_hour >= 1),
  ADD COLUMN spent_on date,
  ADD COLUMN spent_cents bigint NOT NULL DEFAULT 0,
  -- Never true: it aborts the statement that would make it so (23514), and leaves the operator free to lower the cap.
  ADD COLUMN is_over_spend_cap boolean NOT NULL DEFAULT false
    CONSTRAINT clients_within_spend_cap CHECK (NOT is_over_spend_cap),
  -- When the available credit falls below it, the client is told once; null: never.
  ADD COLUMN low_balance_cents bigint CHECK (low_balance_cents >= 0);

ALTER TABLE api_keys
  ADD COLUMN name text NOT NULL DEFAULT '',
  -- Messages under a test key go to the built-in simulator and cost nothing.
  ADD COLUMN is_test boolean NOT NULL DEFAULT false,
  -- The key that it was rotated to; it goes on to work until it expires.
  ADD COLUMN replaced_by text;

-- The key stands for whatever the request made: a message, a batch, a client, a movement of credit.
ALTER TABLE idempotency_keys RENAME COLUMN message_id TO resource_id;

-- What became of each item of a batch: [{index, id}] or [{index, refusal}], in the order of the request.
CREATE TABLE batches (
  id         uuid PRIMARY KEY,
  client_id  uuid NOT NULL,
  items      jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX batches_age ON batches (created_at);

ALTER TABLE messages
  ADD COLUMN is_test boolean NOT NULL DEFAULT false,
  -- ISO 3166-1 alpha-2 as told by the number; null where numbers belong to no country.
  ADD COLUMN country text,
  ADD COLUMN metadata jsonb,
  -- Of a binary message, whose body is its user data in hexadecimal: SMPP 3.4, 5.2.19 and 5.2.13, 3GPP TS 23.040, 9.2.3.24.
  ADD COLUMN data_coding integer CHECK (data_coding BETWEEN 0 AND 255),
  ADD COLUMN protocol_id integer CHECK (protocol_id BETWEEN 0 AND 255),
  ADD COLUMN udh_hex text,
  DROP CONSTRAINT messages_encoding_check,
  ADD CONSTRAINT messages_encoding_check CHECK (encoding IN ('gsm7', 'ucs2', 'binary'));
CREATE INDEX messages_recipient ON messages (client_id, recipient, id);
-- A list of what is rare among a million: without it such a page takes a look at each of them.
CREATE INDEX messages_status ON messages (client_id, state, id);
CREATE INDEX messages_reference ON messages (client_id, reference, id) WHERE reference IS NOT NULL;

ALTER TABLE ledger_entries
  -- Of a grant that an operator made later: what it came of, and what was available after it.
  ADD COLUMN source text CHECK (source IN ('top_up', 'adjustment')),
  ADD COLUMN available_cents bigint,
  -- Who wrote it, by which a list tells what had been committed when its first page was read; null: long ago.
  ADD COLUMN written_by xid8;
ALTER TABLE ledger_entries ALTER COLUMN written_by SET DEFAULT pg_current_xact_id();

-- Part prices by the digits a number begins with. The longest prefix of the client's own list wins, then that of the
-- general list (client_id of zeros), then the client's part_price_cents.
CREATE TABLE prices (
  client_id        uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  prefix           text NOT NULL CHECK (prefix ~ '^[1-9][0-9]{0,8}$'),
  part_price_cents bigint NOT NULL CHECK (part_price_cents >= 0),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (client_id, prefix)
);

-- Messages per hour to numbers that begin alike: only counted for clients with a limit. The check is the limit.
CREATE TABLE destination_counts (
  client_id uuid NOT NULL,
  prefix    text NOT NULL,
  hour      timestamptz NOT NULL,
  messages  integer NOT NULL,
  most      integer NOT NULL,
  PRIMARY KEY (client_id, prefix, hour),
  CONSTRAINT destination_counts_within_limit CHECK (messages <= most)
);
CREATE INDEX destination_counts_age ON destination_counts (hour);

CREATE TABLE opt_outs (
  client_id  uuid NOT NULL,
  msisdn     text NOT NULL,
  -- `api`: the client said so; `inbound`: the recipient did.
  source     text NOT NULL DEFAULT 'api' CHECK (source IN ('api', 'inbound')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (client_id, msisdn)
);
CREATE INDEX opt_outs_age ON opt_outs (created_at);

-- Requests to forget a recipient; the number leaves too once all of it is done.
CREATE TABLE erasures (
  id           uuid PRIMARY KEY,
  client_id    uuid NOT NULL,
  msisdn       text,
  messages     integer NOT NULL DEFAULT 0,
  requested_at timestamptz NOT NULL DEFAULT now(),
  -- When remove-expired looks at it again: what is still under way is waited for.
  next_look_at timestamptz NOT NULL DEFAULT now(),
  finished_at  timestamptz
);
CREATE UNIQUE INDEX erasures_open ON erasures (client_id, msisdn) WHERE finished_at IS NULL;
CREATE INDEX erasures_due ON erasures (next_look_at) WHERE finished_at IS NULL;

ALTER TABLE callbacks
  -- When the client asked for it again, and how often it had been tried until then: its 24 hours begin anew.
  ADD COLUMN replayed_at timestamptz,
  ADD COLUMN attempts_before integer NOT NULL DEFAULT 0;
CREATE INDEX callbacks_client ON callbacks (client_id, id);

-- Whoever did something with the admin scope, and what: written by the statement that does it, never changed.
CREATE TABLE audit_entries (
  id              uuid PRIMARY KEY,
  actor_client_id uuid NOT NULL,
  actor_key_id    text NOT NULL,
  action          text NOT NULL,
  subject         text NOT NULL,
  -- What was changed, without secrets.
  detail          jsonb NOT NULL DEFAULT '{}',
  correlation_id  text NOT NULL,
  at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_entries_subject ON audit_entries (subject, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  EXECUTE FUNCTION refuse_change();
