import type { ProblemCode } from '#shared/contracts/problems.ts';

export type MessageEncoding = 'gsm7' | 'ucs2' | 'binary';

/** One message, checked and counted, ready to be written. */
export interface NewMessage {
  readonly id: string;
  readonly client_id: string;
  readonly recipient: string;
  /** ISO 3166-1 alpha-2; null where the number belongs to no country. */
  readonly country: string | null;
  /** Null: the client's default sender. */
  readonly sender: string | null;
  /** The text; of a binary message its user data without the header, in hexadecimal. */
  readonly body: string;
  readonly encoding: MessageEncoding;
  readonly parts: number;
  /** The national tables of a text in GSM 7-bit, as National Language Identifiers; null: the default ones. */
  readonly locking_shift: number | null;
  readonly single_shift: number | null;
  /** Of a binary message only: data_coding, protocol_id and the user data header with its length octet. */
  readonly data_coding: number | null;
  readonly protocol_id: number | null;
  readonly udh_hex: string | null;
  readonly priority: 'high' | 'normal' | 'bulk';
  /** When it is to go; null: now. */
  readonly send_at: string | null;
  readonly validity_seconds: number;
  /** Null: the client's own. */
  readonly callback_url: string | null;
  readonly reference: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Delivered to the built-in simulator, and free of charge. */
  readonly is_test: boolean;
  readonly correlation_id: string;
}

/** The row as accept wrote it, and as a replay finds it: nothing in it changes later. */
export interface AcceptedRow {
  readonly id: string;
  readonly recipient: string;
  readonly sender: string;
  readonly encoding: MessageEncoding;
  readonly locking_shift: number | null;
  readonly single_shift: number | null;
  readonly parts: number;
  readonly priority: 'high' | 'normal' | 'bulk';
  readonly cost_cents: number;
  readonly reference: string | null;
  readonly is_test: boolean;
  readonly correlation_id: string;
  readonly scheduled: boolean;
  /** Seconds until it is due; 0 when it is. */
  readonly delay_seconds: number;
  readonly created_at: Date;
  readonly expires_at: Date;
}

/** Why the client may not send this message: by its settings, or for want of credit. */
export type AcceptRefusal = Extract<
  ProblemCode,
  | 'recipient.opted_out'
  | 'destination.not_allowed'
  | 'destination.velocity'
  | 'sender.not_allowed'
  | 'route.none'
  | 'spend.cap_reached'
  | 'credit.insufficient'
>;
