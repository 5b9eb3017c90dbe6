import type { Timeline } from '#shared/adapters/read-timeline.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import type { MessageView } from '#shared/contracts/messages.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handles } from '../handles.ts';
import { type Cancellations, createCancelMessage } from './cancel-message.ts';
import { createListMessages, type MessageLists } from './list-messages.ts';
import { type BatchSubmissions, createSubmitBatch } from './submit-batch.ts';
import { createSubmitMessage, type Submissions } from './submit-message.ts';
import { tellTimeline } from './tell-timeline.ts';

export interface Messages extends Submissions, BatchSubmissions, MessageLists, Cancellations {
  readMessage(clientId: string, id: string): Promise<MessageView | null>;
  readTimeline(clientId: string, id: string): Promise<Timeline | null>;
}

type MessageOperation =
  | 'submitMessage'
  | 'submitBatch'
  | 'listMessages'
  | 'getMessage'
  | 'cancelMessage'
  | 'getMessageTimeline';

export const createMessageHandles = (messages: Messages): Handles<MessageOperation> => ({
  submitMessage: createSubmitMessage(messages),
  submitBatch: createSubmitBatch(messages),
  listMessages: createListMessages(messages),
  cancelMessage: createCancelMessage(messages),
  getMessage: async (request) => {
    const id = MessageId.safeParse(request.pathParameters.id);
    const found = id.success ? await messages.readMessage(callerOf(request).clientId, id.data) : null;
    return found ? answer(200, found) : refuse('message.not_found', 'None of this client has that id.');
  },
  getMessageTimeline: async (request) => {
    const id = MessageId.safeParse(request.pathParameters.id);
    const found = id.success ? await messages.readTimeline(callerOf(request).clientId, id.data) : null;
    return found && id.success
      ? answer(200, tellTimeline(id.data, found))
      : refuse('message.not_found', 'None of this client has that id.');
  },
});
