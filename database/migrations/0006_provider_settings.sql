-- What an operator changes about a provider while its bridge runs; the bridge looks every ten seconds.
CREATE TABLE provider_settings (
  provider     text PRIMARY KEY,
  -- Until then every PDU is logged, masked; null or past: none is.
  traced_until timestamptz
);
