-- Who may ask, and what they have to spend.

CREATE TABLE clients (
  id               uuid PRIMARY KEY,
  name             text NOT NULL,
  -- What may still be held. The check is the credit rule: a statement that would overdraw aborts whole (23514).
  credit_cents     bigint NOT NULL DEFAULT 0 CONSTRAINT clients_credit_not_negative CHECK (credit_cents >= 0),
  part_price_cents bigint NOT NULL CHECK (part_price_cents >= 0),
  -- Who a message is from when it does not say.
  default_sender   text NOT NULL DEFAULT 'Signalbox',
  callback_url     text,
  callback_types   text[] NOT NULL DEFAULT '{message.delivered,message.failed,message.expired}',
  -- [{ciphertext_base64, created_at}], newest first, at most two valid: encrypted under the callback key.
  callback_secrets jsonb NOT NULL DEFAULT '[]',
  -- What becomes of the hold when the SMSC never said: the part is taken as delivered, or not.
  unknown_policy   text NOT NULL DEFAULT 'capture' CHECK (unknown_policy IN ('capture', 'release')),
  suspended_at     timestamptz,
  created_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
  id          text PRIMARY KEY,
  client_id   uuid NOT NULL,
  secret_hash text NOT NULL,
  scopes      text[] NOT NULL,
  expires_at  timestamptz,
  revoked_at  timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_keys_client ON api_keys (client_id);

CREATE TABLE idempotency_keys (
  client_id    uuid NOT NULL,
  key          text NOT NULL,
  request_hash text NOT NULL,
  message_id   uuid NOT NULL,
  expires_at   timestamptz NOT NULL,
  PRIMARY KEY (client_id, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
