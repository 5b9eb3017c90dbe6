import { toCsvRecord } from '../csv.ts';

/** A part that a provider took, as it stands in a CDR file; times are ISO 8601 in UTC. */
export interface CdrLine {
  readonly submitted_at: string;
  readonly provider: string;
  /** As which account; null where there is none, as with HTTP. */
  readonly system_id: string | null;
  readonly client_id: string;
  readonly message_id: string;
  readonly part: number;
  readonly parts: number;
  readonly attempt: number;
  /** What the provider calls it; null when it never said. */
  readonly smsc_message_id: string | null;
  readonly source_addr: string;
  /** Empty when the recipient was erased. */
  readonly destination_addr: string;
  /** ISO 3166-1 alpha-2; null where numbers belong to no country. */
  readonly country: string | null;
  /** The digits by which it was priced: empty for any number, null where nobody said a price. */
  readonly tariff_prefix: string | null;
  readonly encoding: string;
  /** Of a binary message only. */
  readonly data_coding: number | null;
  readonly part_state: string;
  /** Of the first receipt that was final, else of the last one. */
  readonly receipt_state: string | null;
  readonly receipt_error: string | null;
  readonly receipted_at: string | null;
  /** What the provider charged, in millionths of the currency's unit; null where nobody said. */
  readonly cost_micros: number | null;
  /** What the client was quoted for the part. */
  readonly price_cents: number;
  /** What the client paid for it: stands in the line of the part's last attempt alone. */
  readonly captured_cents: number;
  readonly possible_duplicate: boolean;
}

/** The columns of a CDR file in their order. New ones are only ever added at the end: readers go by position. */
export const cdrColumns = [
  'submitted_at',
  'provider',
  'system_id',
  'client_id',
  'message_id',
  'part',
  'parts',
  'attempt',
  'smsc_message_id',
  'source_addr',
  'destination_addr',
  'country',
  'tariff_prefix',
  'encoding',
  'data_coding',
  'part_state',
  'receipt_state',
  'receipt_error',
  'receipted_at',
  'cost_micros',
  'price_cents',
  'captured_cents',
  'possible_duplicate',
] as const satisfies readonly (keyof CdrLine)[];

/** An SMSC may put anything into its ids; a line break there would make two lines of one part for whoever reads by lines. */
const onOneLine = (text: string): string => text.replaceAll(/\p{Cc}|[\u2028\u2029]/gu, '\uFFFD');

const toField = (value: CdrLine[keyof CdrLine]): string | number | null => {
  if (typeof value === 'boolean') return `${value}`;
  return typeof value === 'string' ? onOneLine(value) : value;
};

export const cdrHeader = toCsvRecord(cdrColumns);

/** One part as one line of CSV (RFC 4180), which no spreadsheet computes. */
export const toCdrRecord = (line: CdrLine): string => toCsvRecord(cdrColumns.map((column) => toField(line[column])));
