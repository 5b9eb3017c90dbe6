import { createHash } from 'node:crypto';
import type { InboundCasText } from '#shared/adapters/cas/accept-cas-request.ts';
import type { Inbound } from '#shared/adapters/receive-and-tell.ts';
import { foldText, wordsOf } from '#shared/domain/cas/words.ts';
import { readParts } from '#shared/domain/inbound/read-parts.ts';

const hashOf = (folded: string): string => createHash('sha256').update(folded).digest('hex');

const numberOf = (address: string): string => address.replace(/^\+/, '');

/** A text that somebody sent, as a request of a subscriber; null for what has no text, or comes from no telephone. */
export const toCasText = (inbound: Inbound): InboundCasText | null => {
  const text = readParts(inbound.parts)?.replaceAll('\0', '').toWellFormed();
  const sender = numberOf(inbound.source_addr);
  if (text === undefined || !/^[1-9]\d{6,14}$/.test(sender)) return null;
  const folded = foldText(text);
  const [keyword = ''] = wordsOf(folded);
  const rest = folded.slice(keyword.length).trim();
  return {
    id: inbound.id,
    sender,
    recipient: numberOf(inbound.destination_addr),
    keyword,
    message: text,
    message_without_keyword: rest,
    text_hash: hashOf(folded),
    text_hash_without_keyword: hashOf(rest),
    received_at: inbound.received_at,
  };
};
