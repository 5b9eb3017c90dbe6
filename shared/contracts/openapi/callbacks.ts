import {
  CallbackList,
  CallbackSettings,
  CallbackView,
  ListCallbacks,
  PutCallbackSettings,
  RotatedSecret,
  RotateSecret,
} from '../callbacks.ts';
import type { DescribedOperations } from './described.ts';

export const describedCallbacks: DescribedOperations<
  | 'getCallbackSettings'
  | 'putCallbackSettings'
  | 'rotateCallbackSecret'
  | 'endCallbackSecretOverlap'
  | 'testCallback'
  | 'listCallbacks'
  | 'getCallback'
  | 'replayCallback'
> = {
  getCallbackSettings: {
    summary: 'Where callbacks go, of which types, and how many secrets sign them',
    tag: 'Callbacks',
    answers: [{ status: 200, description: 'The settings, without the secrets', schema: CallbackSettings }],
    problems: ['account.not_found'],
  },
  putCallbackSettings: {
    summary: 'Say where callbacks go, and of which types; a secret must have been made before',
    tag: 'Callbacks',
    body: PutCallbackSettings,
    example: { url: null, types: ['message.delivered', 'message.failed', 'message.expired'] },
    answers: [{ status: 200, description: 'The settings', schema: CallbackSettings }],
    problems: ['account.not_found', 'callback.refused', 'callback_secret.missing'],
  },
  rotateCallbackSecret: {
    summary: 'Make a new signing secret: the one before goes on to sign beside it until the overlap is ended',
    tag: 'Callbacks',
    body: RotateSecret,
    example: {},
    answers: [{ status: 201, description: 'The new secret, shown this once', schema: RotatedSecret }],
    isIdempotent: true,
    problems: ['account.not_found', 'idempotency.mismatch', 'callback_secret.overlap'],
  },
  endCallbackSecretOverlap: {
    summary: 'End the overlap: only the newest secret signs',
    tag: 'Callbacks',
    answers: [{ status: 204, description: 'It is ended' }],
    problems: ['callback_secret.not_found'],
  },
  testCallback: {
    summary: 'Have a callback.test sent to the URL of the settings',
    tag: 'Callbacks',
    answers: [{ status: 202, description: 'It is on its way; Location names it', schema: CallbackView }],
    isIdempotent: true,
    problems: [
      'account.not_found',
      'idempotency.invalid',
      'idempotency.mismatch',
      'callback.no_url',
      'callback_secret.missing',
    ],
  },
  listCallbacks: {
    summary: 'Callbacks, newest first',
    tag: 'Callbacks',
    query: ListCallbacks,
    answers: [{ status: 200, description: 'A page of them', schema: CallbackList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getCallback: {
    summary: 'A callback with its data, its attempts and what came of the last one',
    tag: 'Callbacks',
    answers: [{ status: 200, description: 'The callback', schema: CallbackView }],
    problems: ['callback.not_found'],
  },
  replayCallback: {
    summary: 'Send a callback again that is DELIVERED or FAILED: same id, same data, for another 24 hours',
    tag: 'Callbacks',
    answers: [{ status: 202, description: 'It is on its way again', schema: CallbackView }],
    isIdempotent: true,
    problems: ['callback.not_found', 'callback.pending', 'idempotency.invalid', 'idempotency.mismatch'],
  },
};
