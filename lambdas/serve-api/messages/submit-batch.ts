import type { AcceptedBatch, BatchItem, NewBatch } from '#shared/adapters/accept-batch.ts';
import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import { type AcceptedBatch as AcceptedBatchView, BatchEnvelope, BatchMessage } from '#shared/contracts/messages.ts';
import { problemOf, type Refusal } from '#shared/contracts/problems.ts';
import { type ApiRequest, answer, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { fieldErrors, readBody, readKey, refuseFields } from '../read-body.ts';
import { acceptedView } from './accepted-view.ts';
import type { ToldOfText } from './count-text.ts';
import { toNewMessage } from './read-submission.ts';
import { contextOf, enqueueDue, keyMismatch, noSuchClient, refuseMessage, type Submissions } from './submit-message.ts';

/** What submitting a batch does to the world. */
export interface BatchSubmissions extends Pick<Submissions, 'now' | 'newId' | 'exemptOrigins' | 'enqueue'> {
  acceptBatch(batch: NewBatch, key: IdempotencyKey | null): Promise<AcceptedBatch>;
}

const bodyLimit = 2 * 1024 * 1024;

type Numbered = NewMessage & { readonly item: number };
interface Sorted {
  readonly messages: readonly Numbered[];
  /** By the place in the request. */
  readonly told: ReadonlyMap<number, ToldOfText>;
  /** By the place in the request. */
  readonly refused: ReadonlyMap<number, Refusal>;
}

const sortItems = (items: readonly unknown[], request: ApiRequest, world: BatchSubmissions): Sorted => {
  const messages: Numbered[] = [];
  const told = new Map<number, ToldOfText>();
  const refused = new Map<number, Refusal>();
  for (const [item, value] of items.entries()) {
    const parsed = BatchMessage.safeParse(value);
    const read = parsed.success
      ? toNewMessage(parsed.data, contextOf(request, world))
      : refuseFields(fieldErrors(parsed.error));
    if (read.outcome === 'refused') {
      refused.set(item, read);
      continue;
    }
    messages.push({ ...read.message, item });
    told.set(item, read.told);
  }
  return { messages, told, refused };
};

/** What was refused before anything was written, and what the client's settings and credit refused, in one order. */
const view = (
  request: ApiRequest,
  { messages, told, refused }: Sorted,
  items: readonly BatchItem[],
): AcceptedBatchView => {
  const byItem = new Map(messages.map((message) => [message.item, message]));
  const all = new Map(refused);
  for (const each of items) {
    const message = byItem.get(each.item);
    if ('refusal' in each && message) all.set(each.item, refuseMessage(each.refusal, message));
    // What was accepted once stays so, though its time may have passed when it is asked again.
    if ('message' in each) all.delete(each.item);
  }
  return {
    accepted: items.flatMap((each) =>
      'message' in each ? [{ index: each.item, ...acceptedView(each.message, told.get(each.item) ?? null) }] : [],
    ),
    rejected: [...all]
      .sort(([a], [b]) => a - b)
      .map(([index, refusal]) => ({ index, problem: problemOf(refusal, request.requestId) })),
  };
};

/** POST /v1/messages/batch: what is wrong with one item is said of it, and does not concern the others. */
export const createSubmitBatch =
  (world: BatchSubmissions): Handle =>
  async (request) => {
    const body = readBody(request, BatchEnvelope, bodyLimit);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'submitBatch', body.value);
    if (keyed.outcome === 'refused') return keyed;
    const sorted = sortItems(body.value.messages, request, world);
    if (sorted.messages.length === 0) return answer(202, view(request, sorted, []));
    const { clientId } = callerOf(request);
    const batch = { id: world.newId(), client_id: clientId, messages: sorted.messages };
    const accepted = await world.acceptBatch(batch, keyed.key);
    if (accepted.outcome === 'mismatch') return keyMismatch();
    if (accepted.outcome === 'no-such-client') return noSuchClient();
    if (accepted.outcome === 'refused') {
      const [first] = sorted.messages;
      if (!first) throw new Error('A batch without messages was refused');
      return refuseMessage(accepted.reason, first);
    }
    if (accepted.outcome === 'replayed')
      return answer(202, view(request, sorted, accepted.items), { 'idempotent-replayed': 'true' });
    const messages = accepted.items.flatMap((each) => ('message' in each ? [each.message] : []));
    await enqueueDue(world, messages, clientId);
    return answer(202, view(request, sorted, accepted.items));
  };
