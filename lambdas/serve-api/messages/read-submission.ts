import type { NewMessage } from '#shared/adapters/new-message.ts';
import { type BatchMessage, scheduleHorizonSeconds } from '#shared/contracts/messages.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { callbackUrlRefusals, checkNewCallbackUrl } from '#shared/domain/callback-url.ts';
import { countryOf } from '#shared/domain/phone-number.ts';
import type { NationalLanguage } from '#shared/domain/text/national-languages.ts';
import { segmentBinary } from '#shared/domain/text/segment.ts';
import { refuseField } from '../read-body.ts';
import { beyondAll, type Counted, type CountedText, countText, refuseLength, type ToldOfText } from './count-text.ts';

export interface SubmitContext {
  readonly now: Date;
  readonly newId: string;
  readonly clientId: string;
  readonly isTest: boolean;
  readonly correlationId: string;
  readonly exemptOrigins: readonly string[];
  readonly nationalLanguages: readonly NationalLanguage[];
}

export interface ReadSubmission {
  readonly outcome: 'message';
  readonly message: NewMessage;
  readonly told: ToldOfText;
}

const binaryRefusals = {
  'malformed-udh': 'is no user data header: its length octet and its elements do not agree',
  'already-concatenated': 'numbers its parts itself, so header and data must fit the 140 octets of one part',
} as const;

/** data_coding 4 of SMPP 3.4, 5.2.19: octets, unspecified. */
const octetsUnspecified = 0x04;

const countBinary = (dataHex: string, message: BatchMessage): Counted | Refusal => {
  const data = Buffer.from(dataHex, 'hex');
  const cut = segmentBinary({ data, udh: Buffer.from(message.udh_hex ?? '', 'hex'), reference: 0 });
  if (cut.outcome === 'refused')
    return cut.reason === 'too-many-parts' ? beyondAll('data_hex') : refuseField('udh_hex', binaryRefusals[cut.reason]);
  const parts = cut.parts.length;
  if (parts > message.max_parts) return refuseLength('data_hex', parts, message.max_parts);
  return {
    encoding: 'binary',
    parts,
    body: dataHex,
    data_coding: message.data_coding ?? octetsUnspecified,
    protocol_id: message.protocol_id ?? 0,
    udh_hex: message.udh_hex ?? null,
    locking_shift: null,
    single_shift: null,
  };
};

const countContent = (message: BatchMessage, languages: readonly NationalLanguage[]): CountedText | Refusal => {
  if (message.data_hex === undefined) return countText(message.text ?? '', message, languages);
  const counted = countBinary(message.data_hex, message);
  return 'outcome' in counted ? counted : { counted, told: { notGsm7: null, transliterated: null } };
};

const checkTime = (sendAt: string | undefined, now: Date): Refusal | null => {
  if (sendAt === undefined) return null;
  const ahead = (Date.parse(sendAt) - now.getTime()) / 1000;
  if (ahead > scheduleHorizonSeconds) return refuseField('send_at', 'is more than 30 days ahead');
  return ahead < -300 ? refuseField('send_at', 'is more than 5 minutes past') : null;
};

/** Refuses a URL that must not be called; its host name is looked up only when it is. */
export const checkUrl = (path: string, url: string | undefined, exemptOrigins: readonly string[]): Refusal | null => {
  if (url === undefined) return null;
  const checked = checkNewCallbackUrl(url, exemptOrigins);
  if (checked.outcome === 'ok') return null;
  const reason = callbackUrlRefusals[checked.reason];
  return refuse('callback.refused', `${reason}.`, [{ path, message: reason }]);
};

/** What is to be written of a message that fits its schema, or why not. Nothing is looked up and nothing is written here. */
export const toNewMessage = (
  message: BatchMessage,
  { now, newId, clientId, isTest, correlationId, exemptOrigins, nationalLanguages }: SubmitContext,
): ReadSubmission | Refusal => {
  const refused = checkTime(message.send_at, now) ?? checkUrl('callback_url', message.callback_url, exemptOrigins);
  if (refused) return refused;
  const content = countContent(message, nationalLanguages);
  if ('outcome' in content) return content;
  return {
    outcome: 'message',
    told: content.told,
    message: {
      id: newId,
      client_id: clientId,
      recipient: message.to,
      country: countryOf(message.to) ?? null,
      sender: message.from ?? null,
      ...content.counted,
      priority: message.priority,
      send_at: message.send_at ?? null,
      validity_seconds: message.validity_seconds,
      callback_url: message.callback_url ?? null,
      reference: message.reference ?? null,
      metadata: message.metadata ?? null,
      is_test: isTest,
      correlation_id: correlationId,
    },
  };
};
