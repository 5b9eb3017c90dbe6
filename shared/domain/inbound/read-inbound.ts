import { countryOf } from '../phone-number.ts';
import { countParts } from '../text/segment.ts';
import { firstWordOf } from './fold-word.ts';
import type { InboundPart } from './inbound-part.ts';
import { commandOf, replyTo } from './opt-out-command.ts';
import type { OptOutCommand } from './opt-out-words.ts';
import { readParts } from './read-parts.ts';

/** What a message from a telephone says, in the words of its row. */
export interface ReadInbound {
  /** Where it was sent to, as numbers are registered: digits alone; null for what none can be. */
  readonly number: string | null;
  /** Who sent it, when that is a number that messages can be sent to; and the country it belongs to. */
  readonly msisdn: string | null;
  readonly country: string | null;
  /** Null for octets. */
  readonly body: string | null;
  readonly data_hex: string;
  /** Folded; empty when there is none. */
  readonly first_word: string;
  readonly command: OptOutCommand | null;
  /** What is to be answered, in one part. */
  readonly reply: string | null;
  readonly reply_encoding: 'gsm7' | 'ucs2';
}

const withoutPlus = (address: string): string => (address.startsWith('+') ? address.slice(1) : address);

const onlyIf = (pattern: RegExp, address: string): string | null => {
  const digits = withoutPlus(address);
  return pattern.test(digits) ? digits : null;
};

const encodingOf = (text: string): 'gsm7' | 'ucs2' => {
  const counted = countParts(text, 'auto');
  return counted.outcome === 'counted' ? counted.encoding : 'ucs2';
};

/**
 * Reads a message from a telephone. A command is only taken from one that is whole: half of another text is not what its
 * sender has said.
 */
export const readInbound = ({
  source_addr,
  destination_addr,
  parts,
  isComplete,
}: {
  readonly source_addr: string;
  readonly destination_addr: string;
  /** What came of it, in its order. */
  readonly parts: readonly InboundPart[];
  readonly isComplete: boolean;
}): ReadInbound => {
  const number = onlyIf(/^\d{3,15}$/, destination_addr);
  const msisdn = onlyIf(/^[1-9]\d{6,14}$/, source_addr);
  // PostgreSQL's text has no NUL; the octets keep it.
  const body = readParts(parts)?.replaceAll('\0', '') ?? null;
  const commanded = isComplete && body !== null ? commandOf(body) : null;
  const reply = commanded && number !== null && msisdn !== null ? replyTo(commanded, number) : null;
  return {
    number,
    msisdn,
    country: (msisdn && countryOf(msisdn)) ?? null,
    body,
    data_hex: parts.map((part) => part.data_hex).join(''),
    first_word: firstWordOf(body ?? ''),
    command: commanded?.command ?? null,
    reply,
    reply_encoding: encodingOf(reply ?? ''),
  };
};
