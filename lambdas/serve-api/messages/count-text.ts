import type { NewMessage } from '#shared/adapters/new-message.ts';
import type { BatchMessage, QuotedMessage } from '#shared/contracts/messages.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import type { NationalLanguage } from '#shared/domain/text/national-languages.ts';
import { type CountedParts, countParts } from '#shared/domain/text/segment.ts';
import { transliterate } from '#shared/domain/text/transliterate.ts';
import { refuseField } from '../read-body.ts';

/** What of a message its content decides. */
export type Counted = Pick<
  NewMessage,
  'encoding' | 'locking_shift' | 'single_shift' | 'parts' | 'body' | 'data_coding' | 'protocol_id' | 'udh_hex'
>;

/** What the answer tells of a text, and no row does. */
export interface ToldOfText {
  /** The first character outside GSM 7-bit. */
  readonly notGsm7: string | null;
  readonly transliterated: QuotedMessage['transliterated'];
}

export interface CountedText {
  readonly counted: Counted;
  readonly told: ToldOfText;
}

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

export const refuseLength = (path: string, parts: number, most: number, because = ''): Refusal =>
  refuse('message.too_long', `It needs ${parts} parts, max_parts is ${most}.${because}`, [
    { path, message: `needs ${parts} parts` },
  ]);

export const beyondAll = (path: string): Refusal =>
  refuse('message.too_long', 'It needs more than 255 parts.', [{ path, message: 'needs more than 255 parts' }]);

const mostChanges = 50;

interface Wording {
  readonly text: string;
  readonly counted: CountedParts;
  readonly transliterated: ToldOfText['transliterated'];
}

/** The text as it came; or spelt in GSM 7-bit where that is wanted and possible, and a national table does no better. */
const wordingOf = (text: string, message: BatchMessage, languages: readonly NationalLanguage[]): Wording => {
  const counted = countParts(text, message.encoding, undefined, { languages });
  const asItCame = { text, counted, transliterated: null };
  if (!message.transliterate || message.encoding === 'ucs2') return asItCame;
  if (counted.outcome === 'counted' && counted.notGsm7 === undefined) return asItCame;
  const spelt = transliterate(text);
  // Of characters without a width nothing would be left.
  if (!spelt || spelt.text === '') return asItCame;
  const recounted = countParts(spelt.text, 'gsm7');
  const isNational = counted.outcome === 'counted' && counted.encoding === 'gsm7';
  if (isNational && recounted.outcome === 'counted' && recounted.parts >= counted.parts) return asItCame;
  const characters = spelt.changes.reduce((sum, { times }) => sum + times, 0);
  const changes = spelt.changes.slice(0, mostChanges);
  return { text: spelt.text, counted: recounted, transliterated: { characters, changes } };
};

const refuseText = (refusal: CountedParts & { readonly outcome: 'refused' }): Refusal => {
  switch (refusal.reason) {
    case 'not-gsm7':
      return refuse('message.not_gsm7', `The first one is U+${hex(refusal.character)}.`, [
        { path: 'text', message: `has ${refusal.character}, which is not in the GSM 7-bit alphabet` },
      ]);
    case 'lone-surrogate':
      return refuseField('text', 'has half of a surrogate pair');
    case 'too-many-parts':
      return beyondAll('text');
  }
};

/** Counts a text's parts, or refuses one that another encoding, or fewer characters, would make acceptable. */
export const countText = (
  text: string,
  message: BatchMessage,
  languages: readonly NationalLanguage[],
): CountedText | Refusal => {
  const wording = wordingOf(text, message, languages);
  if (wording.counted.outcome === 'refused') return refuseText(wording.counted);
  const { encoding, parts, shifts, notGsm7 } = wording.counted;
  const because = notGsm7 && encoding === 'ucs2' ? ` It is sent as UCS-2 because of U+${hex(notGsm7)}.` : '';
  if (parts > message.max_parts) return refuseLength('text', parts, message.max_parts, because);
  return {
    counted: {
      encoding,
      locking_shift: shifts?.locking || null,
      single_shift: shifts?.single || null,
      parts,
      body: wording.text,
      data_coding: null,
      protocol_id: null,
      udh_hex: null,
    },
    told: { notGsm7: notGsm7 ?? null, transliterated: wording.transliterated },
  };
};
