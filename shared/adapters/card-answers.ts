import type { RemoteFormat, StoredSecurity } from './accept-push.ts';
import type { Sql } from './data-api.ts';
import { type StoredKeys, storedKeys } from './take-push.ts';

/** A push that an inbound message may answer. */
export interface AnswerablePush {
  readonly id: string;
  readonly client_id: string;
  readonly iccid: string;
  readonly tar: string;
  readonly security: StoredSecurity;
  readonly format: RemoteFormat;
  readonly counter: number;
  readonly counter_jump: number;
  readonly key_version: number;
  readonly keys: StoredKeys;
}

export interface InboundAnswer {
  readonly source_addr: string;
  readonly destination_addr: string;
  readonly udh_hex: string;
  readonly data_hex: string;
  readonly received_at: Date;
  /** Of the card that has the number, and not answered yet: newest first. */
  readonly pushes: readonly AnswerablePush[];
}

/** How long after it was sent an answer still counts. */
const answerDays = 4;
const mostPushes = 5;

const read = `
SELECT i.source_addr, i.destination_addr, i.udh_hex, i.data_hex, i.received_at, coalesce((
  SELECT jsonb_agg(to_jsonb(a) - 'sent_at' ORDER BY a.sent_at DESC) FROM (
    SELECT p.id, p.client_id, p.iccid, p.tar, p.security, p.format, p.counter, f.counter_jump, p.key_version, p.sent_at,
      ${storedKeys} AS keys
    FROM cards c JOIN card_profiles f ON f.name = c.profile
    JOIN pushes p ON p.iccid = c.iccid
    JOIN card_keysets k ON k.iccid = p.iccid AND k.version = p.key_version
    WHERE c.msisdn = regexp_replace(i.source_addr, '^(00)|[^0-9]', '', 'g')
      AND p.sent_at > now() - interval '${answerDays} days' AND p.response IS NULL
    ORDER BY p.sent_at DESC LIMIT ${mostPushes}) a), '[]') AS pushes
FROM inbound_messages i WHERE i.id = :id::uuid`;

/** An inbound message with the pushes that it may answer; null when there is no such message. */
export const readInboundAnswer = async (sql: Sql, id: string): Promise<InboundAnswer | null> =>
  (await sql<InboundAnswer>(read, { id }))[0] ?? null;

/** What an opened answer means for its push. */
export interface AnswerRecord {
  readonly state: 'SUCCEEDED' | 'FAILED';
  readonly failure: string | null;
  readonly response: {
    readonly status: number;
    readonly counter: string;
    readonly authenticated: boolean;
    readonly ciphered: boolean;
    readonly data_hex: string;
  };
}

const record = `
WITH push AS (
  UPDATE pushes p SET state = :state, failure = :failure, response = :response::jsonb, final_at = now()
  WHERE p.id = :id::uuid AND p.response IS NULL
  RETURNING p.id
),
event AS (
  INSERT INTO push_events (push_id, type, detail)
  SELECT id, 'ANSWERED', jsonb_strip_nulls(jsonb_build_object('state', :state, 'failure', :failure::text,
    'inbound_id', :inbound_id, 'response', :response::jsonb)) FROM push
)
SELECT count(*) AS recorded FROM push`;

/** Writes the card's word, which ends its push, also one that had been given up. The first answer stands. */
export const recordAnswer = async (sql: Sql, id: string, inboundId: string, answer: AnswerRecord): Promise<void> => {
  await sql(record, { id, inbound_id: inboundId, ...answer });
};

const postpone = `
INSERT INTO push_events (push_id, type, detail)
SELECT :id::uuid, 'ANSWER_FOLLOWS', jsonb_build_object('status', :status::integer, 'inbound_id', :inbound_id)
WHERE NOT EXISTS (SELECT FROM push_events WHERE push_id = :id::uuid AND detail->>'inbound_id' = :inbound_id)`;

/** The card said that its real answer is to follow. */
export const recordPostponedAnswer = async (sql: Sql, id: string, inboundId: string, status: number): Promise<void> => {
  await sql(postpone, { id, inbound_id: inboundId, status });
};
