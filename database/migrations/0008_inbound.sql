-- Messages from telephones: whole instead of part by part, and routed to the client that a number or a keyword belongs
-- to. And texts in national alphabets.

ALTER TABLE clients
  -- ISO 639-1: in whose tables (3GPP TS 23.038, 6.2.1.2) its texts may be written; none: the default one or UCS-2.
  ADD COLUMN national_languages text[] NOT NULL DEFAULT '{}';

ALTER TABLE messages
  -- The national tables that a text is written in, as National Language Identifiers; null: the default ones.
  ADD COLUMN locking_shift integer CHECK (locking_shift BETWEEN 1 AND 13),
  ADD COLUMN single_shift integer CHECK (single_shift BETWEEN 1 AND 13),
  -- Tells a recipient that it has opted out: it is sent although it has.
  ADD COLUMN tells_opt_out boolean NOT NULL DEFAULT false;

-- Where messages from telephones go. A number without a provider is the same at all of them; one with a provider is
-- preferred, since two countries may have the same short code.
CREATE TABLE inbound_numbers (
  id         uuid PRIMARY KEY,
  -- As the SMSC writes it in destination_addr, without a plus sign.
  number     text NOT NULL CHECK (number ~ '^[0-9]{3,15}$'),
  provider   text,
  -- Who gets what no keyword takes; null: nobody, it is stored alone.
  client_id  uuid,
  kind       text NOT NULL DEFAULT 'client' CHECK (kind IN ('client', 'cas')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT inbound_numbers_unlike UNIQUE NULLS NOT DISTINCT (number, provider)
);

-- Who gets what begins with this word, folded as fold-word.ts does.
CREATE TABLE inbound_keywords (
  number_id uuid NOT NULL REFERENCES inbound_numbers ON DELETE CASCADE,
  keyword   text NOT NULL CHECK (keyword <> ''),
  client_id uuid NOT NULL,
  kind      text NOT NULL DEFAULT 'client' CHECK (kind IN ('client', 'cas')),
  PRIMARY KEY (number_id, keyword)
);

-- Long messages whose parts arrive one by one, in any order and more than once, at any task. One row for each: whoever
-- adds the last part sees them all, because it has the row's lock. It stays a while when the message is whole, with
-- digests alone, so that what comes again is known.
CREATE TABLE inbound_assemblies (
  id               uuid NOT NULL UNIQUE,
  provider         text NOT NULL,
  source_addr      text NOT NULL,
  destination_addr text NOT NULL,
  -- How its parts are numbered: 3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8, SMPP 3.4, 5.3.2.22-24.
  scheme           text NOT NULL CHECK (scheme IN ('udh8', 'udh16', 'sar')),
  reference        integer NOT NULL,
  total            integer NOT NULL CHECK (total BETWEEN 2 AND 255),
  -- By the part's number: a digest of what it is, and what it is.
  digests          jsonb NOT NULL,
  contents         jsonb NOT NULL,
  received_at      timestamptz NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  completed_at     timestamptz,
  PRIMARY KEY (provider, source_addr, destination_addr, scheme, reference, total)
);
CREATE INDEX inbound_assemblies_open ON inbound_assemblies (created_at) WHERE completed_at IS NULL;
CREATE INDEX inbound_assemblies_done ON inbound_assemblies (completed_at) WHERE completed_at IS NOT NULL;

-- From here on a row is a whole message; what is there already is one part of one. Data coding, protocol and header are
-- those of its first part.
ALTER TABLE inbound_messages
  -- Null: nobody's.
  ADD COLUMN client_id uuid,
  ADD COLUMN keyword text,
  ADD COLUMN command text CHECK (command IN ('stop', 'stop-all', 'start')),
  ADD COLUMN parts integer NOT NULL DEFAULT 1 CHECK (parts BETWEEN 1 AND 255),
  ADD COLUMN parts_received integer NOT NULL DEFAULT 1 CHECK (parts_received BETWEEN 1 AND 255);
CREATE INDEX inbound_messages_client ON inbound_messages (client_id, received_at, id) WHERE client_id IS NOT NULL;
CREATE INDEX inbound_messages_source ON inbound_messages (client_id, source_addr) WHERE client_id IS NOT NULL;

ALTER TABLE callbacks ADD COLUMN inbound_id uuid;
-- What of a sender a client was told: STOP ALL is told to more clients than the one that the message goes to.
CREATE INDEX callbacks_inbound ON callbacks (client_id, (payload ->> 'from')) WHERE inbound_id IS NOT NULL;
