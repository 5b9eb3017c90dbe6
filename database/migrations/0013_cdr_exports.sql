-- Call detail records in S3, one line for each part that a provider took: which hours were written, and what a line needs
-- that is not to change afterwards.

-- What a provider charged since when, by prefix, so that a part always costs what it cost when it was taken; null: the price was
-- removed. What it took before it had any price costs what its first ones say.
CREATE TABLE provider_price_changes (
  provider         text NOT NULL,
  prefix           text NOT NULL,
  since            timestamptz NOT NULL,
  part_cost_micros bigint,
  PRIMARY KEY (provider, prefix, since)
);
INSERT INTO provider_price_changes SELECT provider, prefix, '-infinity', part_cost_micros FROM provider_prices;

CREATE FUNCTION note_provider_prices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO provider_price_changes SELECT provider, prefix, now(), NULL FROM gone
      ON CONFLICT (provider, prefix, since) DO UPDATE SET part_cost_micros = excluded.part_cost_micros;
  ELSE
    INSERT INTO provider_price_changes
      SELECT g.provider, g.prefix, CASE WHEN EXISTS (
        SELECT FROM provider_price_changes c WHERE c.provider = g.provider) THEN now() ELSE '-infinity' END, g.part_cost_micros
      FROM given g
      ON CONFLICT (provider, prefix, since) DO UPDATE SET part_cost_micros = excluded.part_cost_micros;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER provider_prices_given AFTER INSERT ON provider_prices
  REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION note_provider_prices();
CREATE TRIGGER provider_prices_changed AFTER UPDATE ON provider_prices
  REFERENCING NEW TABLE AS given FOR EACH STATEMENT EXECUTE FUNCTION note_provider_prices();
CREATE TRIGGER provider_prices_gone AFTER DELETE ON provider_prices
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_provider_prices();

-- As which account a provider was spoken to since when; null: one that has no system id.
CREATE TABLE provider_accounts (
  provider  text NOT NULL,
  since     timestamptz NOT NULL,
  system_id text,
  PRIMARY KEY (provider, since)
);
INSERT INTO provider_accounts SELECT name, '-infinity', settings ->> 'system_id' FROM providers;

CREATE FUNCTION note_provider_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last provider_accounts;
BEGIN
  SELECT * INTO last FROM provider_accounts a WHERE a.provider = NEW.name ORDER BY a.since DESC LIMIT 1;
  IF last.provider IS NULL OR last.system_id IS DISTINCT FROM NEW.settings ->> 'system_id' THEN
    INSERT INTO provider_accounts
      VALUES (NEW.name, CASE WHEN last.provider IS NULL THEN '-infinity' ELSE now() END, NEW.settings ->> 'system_id')
      ON CONFLICT (provider, since) DO UPDATE SET system_id = excluded.system_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER providers_account AFTER INSERT OR UPDATE OF settings ON providers
  FOR EACH ROW EXECUTE FUNCTION note_provider_account();

-- Of a message whose recipient was erased: the longest prefix of the number that any provider ever had a price for, so
-- that what its parts cost can still be told.
ALTER TABLE messages ADD COLUMN tariff_prefix text;

-- What was last written of an hour. Its objects are overwritten when a later look finds something else.
CREATE TABLE cdr_exports (
  hour           timestamptz PRIMARY KEY,
  -- Counts how often its objects changed.
  edition        integer NOT NULL CHECK (edition >= 1),
  lines          bigint NOT NULL,
  cost_micros    bigint NOT NULL,
  price_cents    bigint NOT NULL,
  captured_cents bigint NOT NULL,
  -- [{key, provider, lines, cost_micros, price_cents, captured_cents, sha256}], as the hour's manifest has them.
  objects        jsonb NOT NULL,
  looked_at      timestamptz NOT NULL,
  -- When it is looked at again; null: what is in it is final.
  next_look_at   timestamptz
);
CREATE INDEX cdr_exports_due ON cdr_exports (next_look_at) WHERE next_look_at IS NOT NULL;
