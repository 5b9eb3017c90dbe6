import { ListMessages, MessageList } from '../message-list.ts';
import { MessageTimeline } from '../message-timeline.ts';
import { AcceptedBatch, AcceptedMessage, MessageView, QuotedMessage, SubmitBatch, SubmitMessage } from '../messages.ts';
import type { DescribedOperations } from './described.ts';

const refusedByClient = [
  'credit.insufficient',
  'spend.cap_reached',
  'recipient.opted_out',
  'sender.not_allowed',
  'destination.not_allowed',
  'destination.velocity',
  'account.not_found',
] as const;

const example = { to: '+491700000009', text: 'Your code is 123456', reference: 'order-17' };

export const describedMessages: DescribedOperations<
  'submitMessage' | 'submitBatch' | 'listMessages' | 'getMessage' | 'cancelMessage' | 'getMessageTimeline'
> = {
  submitMessage: {
    summary: 'Accept a message: its price is held, and it is on its way or scheduled',
    tag: 'Messages',
    body: SubmitMessage,
    example,
    answers: [
      { status: 202, description: 'Accepted; Location names it', schema: AcceptedMessage },
      { status: 200, description: 'With `dry_run`: what it would come to', schema: QuotedMessage },
    ],
    isIdempotent: true,
    problems: [...refusedByClient, 'idempotency.mismatch', 'message.not_gsm7', 'message.too_long', 'callback.refused'],
  },
  submitBatch: {
    summary: 'Accept up to 1,000 messages in one go; each is accepted or refused for itself',
    tag: 'Messages',
    body: SubmitBatch,
    example: { messages: [example, { to: '+12025550123', text: 'Hello' }] },
    answers: [{ status: 202, description: 'What became of each', schema: AcceptedBatch }],
    isIdempotent: true,
    problems: ['idempotency.mismatch', 'account.not_found', 'destination.velocity'],
  },
  listMessages: {
    summary: 'Messages, newest first',
    tag: 'Messages',
    query: ListMessages,
    answers: [{ status: 200, description: 'A page of them', schema: MessageList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getMessage: {
    summary: 'A message with its parts and its history',
    tag: 'Messages',
    answers: [{ status: 200, description: 'The message', schema: MessageView }],
    problems: ['message.not_found'],
  },
  cancelMessage: {
    summary: 'Cancel a message that has not been sent: its whole price is released',
    tag: 'Messages',
    answers: [{ status: 200, description: 'It is cancelled, now or since before', schema: MessageView }],
    problems: ['message.not_found', 'message.not_cancellable'],
  },
  getMessageTimeline: {
    summary: 'Everything that happened to a message, in one story',
    tag: 'Messages',
    answers: [{ status: 200, description: 'What happened, in the order it did', schema: MessageTimeline }],
    problems: ['message.not_found'],
  },
};
