-- Providers and routes as data: what the bridge reads every ten seconds, and accepting a message asks.

CREATE TABLE providers (
  -- As submissions, receipts and statistics know it; it never changes.
  name          text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]{0,31}$'),
  -- As an idempotency key knows it.
  id            uuid NOT NULL UNIQUE DEFAULT new_uuid_v7(),
  kind          text NOT NULL CHECK (kind IN ('smpp', 'http')),
  enabled       boolean NOT NULL DEFAULT true,
  -- How it is reached and spoken to: the fields of shared/contracts/providers.ts. Its password is in Secrets Manager.
  settings      jsonb NOT NULL DEFAULT '{}',
  -- Grows with every change of the settings, which are checked as a whole: a change names the revision that it was made of.
  revision      bigint NOT NULL DEFAULT 1,
  -- When the password was last written into its secret; null: never.
  secret_set_at timestamptz,
  -- Until then every PDU is logged, masked; null or past: none is.
  traced_until  timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

-- A trace lasts a day at most: one that was on is switched on again where its provider is.
DROP TABLE provider_settings;

-- Which providers a message may take. Of the routes that fit it the one with the longest prefix counts, among those the
-- one that names its client, then its kind, then its priority: no two can be equal, so that there is never a doubt.
CREATE TABLE routes (
  id         uuid PRIMARY KEY,
  -- How the number begins; empty: any number.
  prefix     text NOT NULL DEFAULT '' CHECK (prefix ~ '^([1-9][0-9]{0,8})?$'),
  -- Null: any client, kind, priority.
  client_id  uuid,
  kind       text CHECK (kind IN ('text', 'binary', 'ota')),
  priority   text CHECK (priority IN ('high', 'normal', 'bulk')),
  enabled    boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT routes_unlike UNIQUE NULLS NOT DISTINCT (prefix, client_id, kind, priority)
);

CREATE TABLE route_candidates (
  route_id uuid NOT NULL REFERENCES routes ON DELETE CASCADE,
  provider text NOT NULL REFERENCES providers,
  -- The order of the operator: what counts between candidates that score alike.
  position integer NOT NULL,
  -- A per cent by which its score is multiplied; 0: only when no other is up.
  weight   integer NOT NULL DEFAULT 100 CHECK (weight BETWEEN 0 AND 1000),
  PRIMARY KEY (route_id, provider)
);
CREATE INDEX route_candidates_provider ON route_candidates (provider);

-- What a provider charges for a part, by the digits a number begins with (empty: any), in millionths of the currency's
-- unit: 10,000 are a cent. The longest prefix counts.
CREATE TABLE provider_prices (
  provider         text NOT NULL REFERENCES providers ON DELETE CASCADE,
  prefix           text NOT NULL CHECK (prefix ~ '^([1-9][0-9]{0,8})?$'),
  part_cost_micros bigint NOT NULL CHECK (part_cost_micros BETWEEN 0 AND 1000000000000),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, prefix)
);

-- One row: how candidates are weighed, the limit of all providers together, and the version of everything that the
-- bridge reads.
CREATE TABLE routing_settings (
  only_row         boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version          bigint NOT NULL DEFAULT 1,
  -- How much a low price, success and speed count beside one another.
  price_weight     integer NOT NULL DEFAULT 50 CHECK (price_weight BETWEEN 0 AND 100),
  success_weight   integer NOT NULL DEFAULT 40 CHECK (success_weight BETWEEN 0 AND 100),
  latency_weight   integer NOT NULL DEFAULT 10 CHECK (latency_weight BETWEEN 0 AND 100),
  -- Success and speed are those of so many hours.
  statistics_hours integer NOT NULL DEFAULT 24 CHECK (statistics_hours BETWEEN 1 AND 168),
  -- Parts per second of all providers together; null: no such limit.
  parts_per_second double precision CHECK (parts_per_second > 0)
);
INSERT INTO routing_settings DEFAULT VALUES;

-- Whatever the bridge reads has a new version the moment it is committed.
CREATE FUNCTION raise_fleet_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE routing_settings SET version = version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER providers_versioned AFTER INSERT OR UPDATE OR DELETE ON providers
  EXECUTE FUNCTION raise_fleet_version();
CREATE TRIGGER routes_versioned AFTER INSERT OR UPDATE OR DELETE ON routes
  EXECUTE FUNCTION raise_fleet_version();
CREATE TRIGGER route_candidates_versioned AFTER INSERT OR UPDATE OR DELETE ON route_candidates
  EXECUTE FUNCTION raise_fleet_version();
CREATE TRIGGER provider_prices_versioned AFTER INSERT OR UPDATE OR DELETE ON provider_prices
  EXECUTE FUNCTION raise_fleet_version();

-- What each bridge task says of each provider, every few seconds; what is older than a minute says nothing any more.
CREATE TABLE provider_states (
  provider         text NOT NULL,
  task             uuid NOT NULL,
  -- Bind slots that the task holds, and binds of them that are up; an HTTP provider has neither.
  slots            integer NOT NULL DEFAULT 0,
  bound            integer NOT NULL DEFAULT 0,
  -- Submissions that may wait for their response at once, and that do.
  window_size      integer NOT NULL DEFAULT 0,
  in_flight        integer NOT NULL DEFAULT 0,
  -- The task's share of the rate; null: none is known.
  parts_per_second double precision,
  circuit_open     boolean NOT NULL DEFAULT false,
  -- Why it is not up, or its circuit open, for an operator to read.
  reason           text,
  -- Of the settings that the task works by.
  version          bigint,
  updated_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, task)
);

-- What happened in an hour, by who carried it, whose it was and where it went: summed up from the history by
-- sum-statistics, again and again while the hour is young.
CREATE TABLE provider_statistics (
  hour             timestamptz NOT NULL,
  provider         text NOT NULL,
  client_id        uuid NOT NULL,
  -- ISO 3166-1 alpha-2; `ZZ` where numbers belong to no country.
  country          text NOT NULL,
  -- Parts: taken by the provider, refused by it, never answered.
  submitted        bigint NOT NULL DEFAULT 0,
  refused          bigint NOT NULL DEFAULT 0,
  unknown          bigint NOT NULL DEFAULT 0,
  -- Final receipts, by what they said.
  delivered        bigint NOT NULL DEFAULT 0,
  failed           bigint NOT NULL DEFAULT 0,
  expired          bigint NOT NULL DEFAULT 0,
  -- From submission to the receipt that says DELIVERED, summed up over those of `delivered` whose submission is known.
  latency_ms       bigint NOT NULL DEFAULT 0,
  latency_parts    bigint NOT NULL DEFAULT 0,
  -- How often the provider refused with which error, and how often a receipt had which state: {"0x58": 3}.
  errors           jsonb NOT NULL DEFAULT '{}',
  receipts         jsonb NOT NULL DEFAULT '{}',
  -- What the provider charges for what it took, and what clients paid for what was captured.
  cost_micros      bigint NOT NULL DEFAULT 0,
  price_cents      bigint NOT NULL DEFAULT 0,
  summed_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (hour, provider, client_id, country)
);
CREATE INDEX provider_statistics_provider ON provider_statistics (provider, hour);
CREATE INDEX provider_statistics_client ON provider_statistics (client_id, hour);
-- Rows come in the order of their time, so that a few octets for each range of them find an hour.
CREATE INDEX message_events_at ON message_events USING brin (at) WITH (pages_per_range = 32);
CREATE INDEX ledger_entries_created ON ledger_entries USING brin (created_at) WITH (pages_per_range = 32);
