import type { Cancelled } from '#shared/adapters/cancel-message.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import type { MessageView } from '#shared/contracts/messages.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';

export interface Cancellations {
  cancelMessage(asked: { clientId: string; id: string; correlationId: string }): Promise<Cancelled>;
  readMessage(clientId: string, id: string): Promise<MessageView | null>;
}

/** DELETE /v1/messages/{id}: the message as it stands then. Asked again, it gives the same. */
export const createCancelMessage =
  (world: Cancellations): Handle =>
  async (request) => {
    const notFound = refuse('message.not_found', 'None of this client has that id.');
    const id = MessageId.safeParse(request.pathParameters.id);
    if (!id.success) return notFound;
    const { clientId } = callerOf(request);
    const cancelled = await world.cancelMessage({ clientId, id: id.data, correlationId: request.requestId });
    if (cancelled.outcome === 'not-found') return notFound;
    if (cancelled.outcome === 'too-late') {
      const because = cancelled.state === 'QUEUED' ? ' again, after an attempt that was given back' : '';
      return refuse('message.not_cancellable', `It is ${cancelled.state}${because}.`);
    }
    const view = await world.readMessage(clientId, id.data);
    return view ? answer(200, view) : notFound;
  };
