import type { InboundReceived } from '#shared/contracts/queue-messages.ts';
import type { Sql } from './data-api.ts';

const store = `
INSERT INTO inbound_messages (id, provider, source_addr, destination_addr, data_coding, esm_class, protocol_id, udh_hex,
  data_hex, body, received_at)
SELECT inbound_id, provider, source_addr, destination_addr, data_coding, esm_class, protocol_id, udh_hex, data_hex, text,
  at
FROM jsonb_to_recordset(:inbound::jsonb) AS i(inbound_id uuid, provider text, source_addr text, destination_addr text,
  data_coding integer, esm_class integer, protocol_id integer, udh_hex text, data_hex text, text text, at timestamptz)
ON CONFLICT (id) DO NOTHING`;

/** Stores mobile-originated short messages as they came; one that comes again is stored once. */
export const storeInbound = async (sql: Sql, inbound: readonly InboundReceived[]): Promise<void> => {
  // PostgreSQL's text has no NUL; the octets keep it.
  const storable = inbound.map((each) => ({ ...each, text: each.text?.replaceAll('\0', '') ?? null }));
  await sql(store, { inbound: storable });
};
