import type { TracedPush } from '#shared/adapters/read-push.ts';
import type { AcceptedPush, PushResponse, PushView } from '#shared/contracts/pushes.ts';
import { readRemoteAnswer } from '#shared/domain/ota/read-remote-answer.ts';
import { isResponseStatus, responseStatusOf } from '#shared/domain/ota/response-status.ts';
import { explainStatusWord } from '#shared/domain/ota/status-words.ts';
import { securityView } from './security-view.ts';
import { tellPush } from './tell-push.ts';

/** PostgreSQL's JSON writes `2026-11-21T08:42:00.123456+00:00`; the contract is UTC with a `Z`, to the millisecond. */
const utc = (time: string): string => new Date(time).toISOString();

const statusOf = (code: number): { readonly name: string; readonly words: string } =>
  isResponseStatus(code)
    ? responseStatusOf(code)
    : { name: 'reserved', words: 'A status code that TS 102 225 reserves.' };

const responseView = ({ push, response }: TracedPush): PushResponse | null => {
  if (!response) return null;
  const { name, words } = statusOf(response.status);
  const answer = readRemoteAnswer(push.format, Buffer.from(response.data_hex, 'hex'));
  return {
    status_code: response.status,
    status_name: name,
    status_words: words,
    authenticated: response.authenticated,
    ciphered: response.ciphered,
    counter: response.counter,
    data_hex: response.data_hex,
    executed: answer?.executed ?? null,
    results: (answer?.results ?? []).map(({ statusWord, data }) => {
      const { outcome, words: meaning } = explainStatusWord(statusWord);
      return { status_word: statusWord, meaning, outcome, data_hex: data.toString('hex') };
    }),
  };
};

/** 200 of GET /v1/pushes/{id}. */
export const pushView = (traced: TracedPush): PushView => {
  const { push, parts, metadata } = traced;
  const { state, recipient, failure, correlation_id, key_version: _version, security, ...same } = push;
  const response = responseView(traced);
  return {
    ...same,
    status: state as PushView['status'],
    to: recipient,
    error: failure,
    metadata,
    request_id: correlation_id,
    security: securityView(security),
    created_at: utc(push.created_at),
    expires_at: utc(push.expires_at),
    sent_at: push.sent_at && utc(push.sent_at),
    final_at: push.final_at && utc(push.final_at),
    response,
    parts: parts.map((part) => ({ ...part, smsc_message_ids: [...part.smsc_message_ids] })),
    trace: tellPush(traced, response),
  };
};

/** What accepting a push was answered, which is the same when it is asked again: nothing in it changes. */
export const acceptedPushView = ({ push, parts }: TracedPush): AcceptedPush => ({
  id: push.id,
  status: 'WAITING',
  iccid: push.iccid,
  to: push.recipient,
  tar: push.tar,
  por: push.por,
  parts: parts.length,
  cost_cents: push.cost_cents,
  reference: push.reference,
  expires_at: utc(push.expires_at),
  created_at: utc(push.created_at),
});
