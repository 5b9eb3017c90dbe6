import { writeMessages } from './accept-statement.ts';
import type { Sql } from './data-api.ts';

/** A message from a telephone, as far as it came, read and ready to be stored. */
export interface ReceivedInbound {
  readonly id: string;
  /** Whether it was collected part by part: then it is stored by whoever closes the collection, once. */
  readonly is_assembled: boolean;
  readonly provider: string;
  readonly source_addr: string;
  readonly destination_addr: string;
  /** Where it was sent to, as numbers are registered; null for what none can be. */
  readonly number: string | null;
  /** Who sent it, when that is a number that messages can be sent to; and its country. */
  readonly msisdn: string | null;
  readonly country: string | null;
  readonly data_coding: number;
  readonly esm_class: number;
  readonly protocol_id: number;
  readonly udh_hex: string;
  readonly data_hex: string;
  /** Null for octets. */
  readonly body: string | null;
  readonly parts: number;
  readonly parts_received: number;
  readonly first_word: string;
  readonly command: 'stop' | 'stop-all' | 'start' | null;
  /** What is answered to the command, as a message of one part with the id `reply_id`. */
  readonly reply: string | null;
  readonly reply_encoding: 'gsm7' | 'ucs2';
  readonly reply_id: string;
  readonly received_at: string;
}

/** What came of it. */
export interface Received {
  /** New messages, and how many of them are nobody's. */
  readonly stored: readonly {
    readonly id: string;
    readonly client_id: string | null;
    readonly command: string | null;
  }[];
  /** Callbacks that were written, and answers, which are to be put on their queues. */
  readonly callbacks: readonly { readonly id: string; readonly client_id: string }[];
  readonly replies: readonly { readonly id: string; readonly client_id: string; readonly correlation_id: string }[];
}

/** In characters: what a callback and a row of a list can carry through the Data API's 64 KB, whatever they are. */
export const longestText = 10_000;

/** A telephone that says STOP and START by turns is answered so often a day, and obeyed always. */
const repliesADay = 4;

/** The answer is the operator's duty, not the client's message: free, from the number that was written to, and urgent. */
const replyValidity = 24 * 3600;

const closed = `
closed AS (
  UPDATE inbound_assemblies a SET completed_at = now(), contents = '{}'
  FROM input i
  WHERE i.is_assembled AND a.id = i.id AND a.completed_at IS NULL
    AND (SELECT count(*) FROM jsonb_object_keys(a.contents)) = i.parts_received
  RETURNING a.id
)`;

/** The number at this provider before the number at any; then the word it begins with, then the number's own client. */
const routed = `
routed AS (
  SELECT i.*, n.id AS number_id, n.client_id AS owner_id, k.keyword, coalesce(k.client_id, n.client_id) AS client_id
  FROM input i
  LEFT JOIN LATERAL (SELECT * FROM inbound_numbers x WHERE x.number = i.number
    AND (x.provider = i.provider OR x.provider IS NULL) ORDER BY x.provider NULLS LAST LIMIT 1) n ON true
  LEFT JOIN inbound_keywords k ON k.number_id = n.id AND k.keyword = i.first_word AND i.command IS NULL
  WHERE NOT i.is_assembled OR EXISTS (SELECT FROM closed c WHERE c.id = i.id)
)`;

const stored = `
stored AS (
  INSERT INTO inbound_messages (id, provider, source_addr, destination_addr, data_coding, esm_class, protocol_id, udh_hex,
    data_hex, body, received_at, client_id, keyword, command, parts, parts_received)
  SELECT id, provider, source_addr, destination_addr, data_coding, esm_class, protocol_id, udh_hex, data_hex,
    left(body, ${longestText}), date_trunc('milliseconds', received_at), client_id, keyword, command, parts, parts_received
  FROM routed
  ON CONFLICT (id) DO NOTHING
  RETURNING id
),
fresh_inbound AS (SELECT r.* FROM routed r JOIN stored USING (id))`;

/**
 * Whom it concerns: the client that it goes to. A command on a number that is nobody's concerns everyone with a keyword
 * there, and so does STOP ALL on any; START takes back what either of them has done.
 */
const concerned = `
concerned AS (
  SELECT f.id, f.client_id FROM fresh_inbound f WHERE f.client_id IS NOT NULL
  UNION
  SELECT f.id, k.client_id FROM fresh_inbound f JOIN inbound_keywords k ON k.number_id = f.number_id
  WHERE f.command IN ('stop-all', 'start') OR f.command = 'stop' AND f.owner_id IS NULL
)`;

/** A number that the client put on its list itself is the client's to take off. An older START takes off no newer STOP. */
const optOuts = `
opted_out AS (
  INSERT INTO opt_outs (client_id, msisdn, source)
  SELECT DISTINCT c.client_id, f.msisdn, 'inbound' FROM fresh_inbound f JOIN concerned c USING (id)
  WHERE f.command IN ('stop', 'stop-all') AND f.msisdn IS NOT NULL
  ORDER BY c.client_id, f.msisdn
  ON CONFLICT (client_id, msisdn) DO NOTHING
  RETURNING client_id, msisdn
),
opted_in AS (
  DELETE FROM opt_outs o USING fresh_inbound f JOIN concerned c USING (id)
  WHERE f.command = 'start' AND o.client_id = c.client_id AND o.msisdn = f.msisdn AND o.source = 'inbound'
    AND o.created_at <= f.received_at
  RETURNING o.client_id, o.msisdn
)`;

/** Only what changed something is answered, so that a repeated STOP is not. As whose message: the number's client's. */
const replies = `
answered AS (
  SELECT DISTINCT ON (f.id) f.*, c.client_id AS sender_id
  FROM fresh_inbound f JOIN concerned c USING (id)
  JOIN (SELECT client_id, msisdn, false AS is_start FROM opted_out UNION ALL SELECT client_id, msisdn, true FROM opted_in) o
    ON o.client_id = c.client_id AND o.msisdn = f.msisdn AND o.is_start = (f.command = 'start')
  WHERE f.reply IS NOT NULL AND (SELECT count(*) FROM messages m WHERE m.client_id = c.client_id
    AND m.recipient = f.msisdn AND m.id >= uuid_v7_floor(now() - interval '1 day') AND m.tells_opt_out) < ${repliesADay}
  ORDER BY f.id, c.client_id IS DISTINCT FROM f.owner_id, c.client_id
),
fresh AS (
  SELECT reply_id AS id, sender_id AS client_id, msisdn AS recipient, country, number AS from_addr, reply AS body,
    reply_encoding AS encoding, NULL::integer AS locking_shift, NULL::integer AS single_shift, 1 AS parts,
    NULL::integer AS data_coding, NULL::integer AS protocol_id, NULL::text AS udh_hex, 'high'::text AS priority,
    false AS scheduled, now() AS due_at, ${replyValidity} AS validity_seconds, NULL::text AS call_to,
    NULL::text AS reference, NULL::jsonb AS metadata, 0::bigint AS price, 0::bigint AS cost, false AS is_test,
    id::text AS correlation_id, true AS tells_opt_out, NULL::integer AS push_reference_bits
  FROM answered
)`;

const told = `
told AS (
  INSERT INTO callbacks (id, client_id, inbound_id, type, url, payload)
  SELECT new_uuid_v7(), k.id, f.id, 'message.received', k.callback_url, jsonb_build_object(
    'inbound_id', f.id, 'from', f.source_addr, 'to', f.destination_addr, 'text', left(f.body, ${longestText}),
    'data_hex', CASE WHEN f.body IS NULL THEN left(f.data_hex, ${2 * longestText}) END, 'data_coding', f.data_coding,
    'udh_hex', f.udh_hex, 'keyword', f.keyword, 'command', f.command, 'parts', f.parts,
    'parts_received', f.parts_received, 'is_complete', f.parts_received = f.parts, 'received_at', f.received_at)
  FROM fresh_inbound f JOIN concerned c USING (id) JOIN clients k ON k.id = c.client_id
  WHERE k.callback_url IS NOT NULL AND 'message.received' = ANY (k.callback_types)
  RETURNING id, client_id
)`;

const receive = `
WITH input AS (
  SELECT * FROM jsonb_to_recordset(:inbound::jsonb) AS i(id uuid, is_assembled boolean, provider text, source_addr text,
    destination_addr text, number text, msisdn text, country text, data_coding integer, esm_class integer,
    protocol_id integer, udh_hex text, data_hex text, body text, parts integer, parts_received integer, first_word text,
    command text, reply text, reply_encoding text, reply_id uuid, received_at timestamptz)
),
${closed},
${routed},
${stored},
${concerned},
${optOuts},
${replies},
${writeMessages},
${told}
SELECT 'stored' AS kind, id, client_id, command, NULL AS correlation_id FROM fresh_inbound
UNION ALL SELECT 'callback', id, client_id, NULL, NULL FROM told
UNION ALL SELECT 'reply', id, client_id, NULL, correlation_id FROM message`;

interface Row {
  readonly kind: 'stored' | 'callback' | 'reply';
  readonly id: string;
  readonly client_id: string | null;
  readonly command: string | null;
  readonly correlation_id: string | null;
}

/**
 * Stores messages from telephones, finds whose they are, keeps the opt-outs that they ask for, and writes the answers
 * and callbacks: one statement for all. A message that comes again, or that another one stores at the same moment, is
 * stored once, and nothing of it happens twice.
 *
 * @param inbound of one sender at most one, since of what one statement does none sees what another has done.
 */
export const receiveInbound = async (sql: Sql, inbound: readonly ReceivedInbound[]): Promise<Received> => {
  const rows = inbound.length === 0 ? [] : await sql<Row>(receive, { inbound });
  const of = (wanted: Row['kind']) => rows.filter(({ kind }) => kind === wanted);
  return {
    stored: of('stored'),
    callbacks: of('callback').map(({ id, client_id }) => ({ id, client_id: client_id ?? '' })),
    replies: of('reply').map(({ id, client_id, correlation_id }) => ({
      id,
      client_id: client_id ?? '',
      correlation_id: correlation_id ?? '',
    })),
  };
};
