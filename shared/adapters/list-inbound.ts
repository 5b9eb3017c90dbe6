import type { InboundMessage } from '#shared/contracts/inbound.ts';
import type { Sql } from './data-api.ts';
import { longestText } from './receive-inbound.ts';

export interface InboundFilters {
  /** Without a plus sign; null: anybody. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface InboundPage {
  readonly clientId: string;
  readonly filters: InboundFilters;
  /** Where the page before ended; null for the first one. */
  readonly before: { readonly receivedAt: string; readonly id: string } | null;
  readonly limit: number;
}

export interface InboundRows {
  readonly messages: readonly InboundMessage[];
  /** Whether there are more of them. */
  readonly hasMore: boolean;
}

/** Octets of one answer, well within the megabyte of the Data API. */
const mostOctets = 600_000;

/** One more than asked for tells whether there are more; as many come back as fit one answer, at least one. */
const list = `
WITH page AS (
  SELECT i.id, i.source_addr, i.destination_addr, left(i.body, ${longestText}) AS text,
    CASE WHEN i.body IS NULL THEN left(i.data_hex, ${2 * longestText}) END AS data_hex, i.data_coding, i.udh_hex,
    i.keyword, i.command, i.parts, i.parts_received, i.received_at
  FROM inbound_messages i
  WHERE i.client_id = :client_id::uuid
    AND (:before_id::uuid IS NULL OR (i.received_at, i.id) < (:before_at::timestamptz, :before_id::uuid))
    AND (:from::text IS NULL OR i.source_addr IN (:from, '+' || :from))
    AND (:to::text IS NULL OR i.destination_addr IN (:to, '+' || :to))
  ORDER BY i.received_at DESC, i.id DESC LIMIT :limit::integer + 1
),
placed AS (
  SELECT p.*, count(*) OVER () AS found, row_number() OVER newest AS place,
    sum(octet_length(coalesce(to_jsonb(p.text)::text, p.data_hex))) OVER newest AS octets
  FROM page p WINDOW newest AS (ORDER BY p.received_at DESC, p.id DESC)
)
SELECT id, source_addr, destination_addr, text, data_hex, data_coding, udh_hex, keyword, command, parts, parts_received,
  received_at, found
FROM placed WHERE place <= :limit AND (octets <= ${mostOctets} OR place = 1) ORDER BY place`;

interface Row {
  readonly id: string;
  readonly source_addr: string;
  readonly destination_addr: string;
  readonly text: string | null;
  readonly data_hex: string | null;
  readonly data_coding: number;
  readonly udh_hex: string;
  readonly keyword: string | null;
  readonly command: InboundMessage['command'];
  readonly parts: number;
  readonly parts_received: number;
  readonly received_at: Date;
  readonly found: number;
}

const toView = ({ source_addr, destination_addr, received_at, found: _found, ...row }: Row): InboundMessage => ({
  ...row,
  from: source_addr,
  to: destination_addr,
  is_complete: row.parts_received === row.parts,
  received_at: received_at.toISOString(),
});

/** What telephones have sent to a client, the newest first: at most `limit`. */
export const listInbound = async (
  sql: Sql,
  { clientId, filters, before, limit }: InboundPage,
): Promise<InboundRows> => {
  const rows = await sql<Row>(list, {
    client_id: clientId,
    ...filters,
    before_at: before?.receivedAt ?? null,
    before_id: before?.id ?? null,
    limit,
  });
  return { messages: rows.map(toView), hasMore: (rows[0]?.found ?? 0) > rows.length };
};
