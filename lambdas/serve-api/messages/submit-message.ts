import type { Accepted, IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { AcceptedRow, AcceptRefusal, NewMessage } from '#shared/adapters/new-message.ts';
import type { Quote } from '#shared/adapters/quote-message.ts';
import { type QuotedMessage, SubmitMessage } from '#shared/contracts/messages.ts';
import { problemOf, type Refusal, refuse } from '#shared/contracts/problems.ts';
import type { Routing } from '#shared/domain/routing/choose-providers.ts';
import { languageOf } from '#shared/domain/text/national-languages.ts';
import { type Answer, type ApiRequest, answer, callerOf, hasScope } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { readBody, readKey } from '../read-body.ts';
import { acceptedView } from './accepted-view.ts';
import { type ReadSubmission, type SubmitContext, toNewMessage } from './read-submission.ts';
import { routeView } from './route-view.ts';

/** What submitting does to the world. */
export interface Submissions {
  now(): Date;
  /** UUID v7 of now. */
  newId(): string;
  readonly exemptOrigins: readonly string[];
  accept(message: NewMessage, key: IdempotencyKey | null): Promise<Accepted>;
  quote(message: NewMessage): Promise<Quote | null>;
  /** Which providers it would take now. */
  route(message: NewMessage): Promise<Routing>;
  /** Puts messages on their queues, for when they are due. A failure is not the caller's: dispatch-due finds the rows. */
  enqueue(messages: readonly AcceptedRow[], clientId: string): Promise<void>;
}

/** SQS delays no longer; what is due later is dispatch-due's. */
const longestDelaySeconds = 900;

export const enqueueDue = async (
  world: Pick<Submissions, 'enqueue'>,
  messages: readonly AcceptedRow[],
  clientId: string,
): Promise<void> => {
  const due = messages.filter((message) => message.delay_seconds <= longestDelaySeconds);
  if (due.length > 0) await world.enqueue(due, clientId);
};

export const contextOf = (
  request: ApiRequest,
  world: Pick<Submissions, 'now' | 'newId' | 'exemptOrigins'>,
): SubmitContext => {
  const { clientId, isTest, nationalLanguages } = callerOf(request);
  return {
    now: world.now(),
    newId: world.newId(),
    clientId,
    isTest,
    correlationId: request.requestId,
    exemptOrigins: world.exemptOrigins,
    nationalLanguages,
  };
};

export const noSuchClient = (): Refusal => refuse('account.not_found', 'It is suspended or gone.');

export const keyMismatch = (): Refusal =>
  refuse('idempotency.mismatch', 'Within 24 hours a key stands for one request.');

/** Why the client may not send it, in words. */
export const refuseMessage = (reason: AcceptRefusal, message: NewMessage): Refusal => {
  const ending = `The number ends in ${message.recipient.slice(-3)}.`;
  const details: Readonly<Record<AcceptRefusal, string>> = {
    'credit.insufficient': `It takes ${message.parts} part(s).`,
    'spend.cap_reached': `It takes ${message.parts} part(s).`,
    'recipient.opted_out': ending,
    'destination.not_allowed': `The number is of ${message.country ?? 'no country'}.`,
    'destination.velocity': ending,
    'sender.not_allowed': `The sender was ${message.sender ?? 'the default one'}.`,
    'route.none': ending,
  };
  return refuse(reason, details[reason]);
};

const quoteOf = async (
  request: ApiRequest,
  world: Submissions,
  { message, told }: ReadSubmission,
): Promise<Answer | Refusal> => {
  const [quote, routing] = await Promise.all([world.quote(message), message.is_test ? null : world.route(message)]);
  if (!quote) return noSuchClient();
  const { sender, part_price_cents, cost_cents, refusal } = quote;
  const view: QuotedMessage = {
    dry_run: true,
    to: message.recipient,
    from: sender,
    country: message.country,
    parts: message.parts,
    encoding: message.encoding,
    language: languageOf({ locking: message.locking_shift ?? 0, single: message.single_shift ?? 0 }),
    ucs2_because: message.encoding === 'ucs2' ? told.notGsm7 : null,
    transliterated: told.transliterated,
    part_price_cents,
    cost_cents,
    would_be: refusal ? 'refused' : 'accepted',
    problem: refusal ? problemOf(refuseMessage(refusal, message), request.requestId) : null,
    route: routeView(message, routing, hasScope(request, 'admin')),
  };
  return answer(200, view);
};

/** POST /v1/messages. */
export const createSubmitMessage =
  (world: Submissions): Handle =>
  async (request) => {
    const body = readBody(request, SubmitMessage);
    if (body.outcome === 'refused') return body;
    const { dry_run: isDryRun, ...content } = body.value;
    const keyed = readKey(request, 'submitMessage', content);
    if (keyed.outcome === 'refused') return keyed;
    const read = toNewMessage(content, contextOf(request, world));
    if (read.outcome === 'refused') return read;
    if (isDryRun) return quoteOf(request, world, read);
    const accepted = await world.accept(read.message, keyed.key);
    switch (accepted.outcome) {
      case 'refused':
        return refuseMessage(accepted.reason, read.message);
      case 'mismatch':
        return keyMismatch();
      case 'no-such-client':
        return noSuchClient();
      default: {
        const isReplay = accepted.outcome === 'replayed';
        if (!isReplay) await enqueueDue(world, [accepted.message], callerOf(request).clientId);
        return answer(202, acceptedView(accepted.message, read.told), {
          location: `/v1/messages/${accepted.message.id}`,
          ...(isReplay ? { 'idempotent-replayed': 'true' } : {}),
        });
      }
    }
  };
