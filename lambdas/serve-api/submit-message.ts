import { createHash } from 'node:crypto';
import type { NewMessage } from '#shared/adapters/accept-message.ts';
import { SubmitMessage, scheduleHorizonSeconds } from '#shared/contracts/messages.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { callbackUrlRefusals, checkCallbackUrl } from '#shared/domain/callback-url.ts';
import { countParts } from '#shared/domain/text/segment.ts';
import { type ApiRequest, fieldErrors } from './api-request.ts';

export interface SubmitContext {
  readonly now: Date;
  readonly newId: string;
  readonly exemptOrigins: readonly string[];
}

const bodyLimit = 256 * 1024;

const parseJson = (body: string | null): { readonly value: unknown } | Refusal => {
  if (Buffer.byteLength(body ?? '') > bodyLimit)
    return refuse('body.too_large', `The body has ${Buffer.byteLength(body ?? '')} octets.`);
  try {
    return { value: JSON.parse(body ?? '') };
  } catch (error) {
    return refuse('body.malformed', `${error instanceof Error ? error.message : 'It cannot be parsed'}.`);
  }
};

const parseKey = (key: string | undefined): { readonly key: string | null } | Refusal => {
  if (key === undefined) return { key: null };
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return { key };
  return refuse('idempotency.invalid', 'Idempotency-Key is empty, too long, or has spaces or control characters.');
};

const refuseField = (path: string, message: string): Refusal =>
  refuse('request.invalid', `${path} ${message}.`, [{ path, message }]);

/** Text that another encoding, or fewer characters, would make acceptable. */
const count = (message: SubmitMessage): { encoding: 'gsm7' | 'ucs2'; parts: number } | Refusal => {
  const counted = countParts(message.text, message.encoding);
  if (counted.outcome === 'refused') {
    if (counted.reason === 'not-gsm7')
      return refuse('message.not_gsm7', `The first one is U+${hex(counted.character)}.`, [
        { path: 'text', message: `has ${counted.character}, which is not in the GSM 7-bit alphabet` },
      ]);
    if (counted.reason === 'lone-surrogate') return refuseField('text', 'has half of a surrogate pair');
    return refuse('message.too_long', 'It needs more than 255 parts.', [
      { path: 'text', message: 'needs more than 255 parts' },
    ]);
  }
  if (counted.parts <= message.max_parts) return { encoding: counted.encoding, parts: counted.parts };
  const because = counted.notGsm7 ? ` It is sent as UCS-2 because of U+${hex(counted.notGsm7)}.` : '';
  return refuse('message.too_long', `It needs ${counted.parts} parts, max_parts is ${message.max_parts}.${because}`, [
    { path: 'text', message: `needs ${counted.parts} parts` },
  ]);
};

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

const checkTime = (sendAt: string | undefined, now: Date): Refusal | null => {
  if (sendAt === undefined) return null;
  const ahead = (Date.parse(sendAt) - now.getTime()) / 1000;
  if (ahead > scheduleHorizonSeconds) return refuseField('send_at', 'is more than 30 days ahead');
  return ahead < -300 ? refuseField('send_at', 'is more than 5 minutes past') : null;
};

const checkUrl = (url: string | undefined, exemptOrigins: readonly string[]): Refusal | null => {
  if (url === undefined) return null;
  const checked = checkCallbackUrl(url, exemptOrigins);
  if (checked.outcome === 'ok') return null;
  const reason = callbackUrlRefusals[checked.reason];
  return refuse('callback.refused', `${reason}.`, [{ path: 'callback_url', message: reason }]);
};

/** The same request, however it was spaced and whatever its fields' order, hashes the same. */
const hashOf = (message: SubmitMessage): string => createHash('sha256').update(JSON.stringify(message)).digest('hex');

/** Reads POST /v1/messages: what is to be written, or why not. Nothing is looked up and nothing is written here. */
export const readSubmission = (
  request: ApiRequest,
  clientId: string,
  { now, newId, exemptOrigins }: SubmitContext,
): { readonly outcome: 'submission'; readonly submission: NewMessage } | Refusal => {
  const json = parseJson(request.body);
  if ('outcome' in json) return json;
  const keyed = parseKey(request.headers['idempotency-key']);
  if ('outcome' in keyed) return keyed;
  const parsed = SubmitMessage.safeParse(json.value);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error);
    return refuse(
      'request.invalid',
      `${errors.length} of its fields ${errors.length > 1 ? 'do' : 'does'} not fit.`,
      errors,
    );
  }
  const message = parsed.data;
  const refused = checkTime(message.send_at, now) ?? checkUrl(message.callback_url, exemptOrigins);
  if (refused) return refused;
  const counted = count(message);
  if ('outcome' in counted) return counted;
  return {
    outcome: 'submission',
    submission: {
      id: newId,
      client_id: clientId,
      recipient: message.to,
      sender: message.from ?? null,
      body: message.text,
      ...counted,
      priority: message.priority,
      send_at: message.send_at ?? null,
      validity_seconds: message.validity_seconds,
      callback_url: message.callback_url ?? null,
      reference: message.reference ?? null,
      correlation_id: request.requestId,
      idempotency_key: keyed.key,
      request_hash: hashOf(message),
    },
  };
};
