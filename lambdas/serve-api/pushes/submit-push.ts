import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import {
  type AcceptedPush as Accepted,
  carrierOf,
  type NewPush,
  type PushMessage,
} from '#shared/adapters/accept-push.ts';
import type { readKeyed } from '#shared/adapters/keyed.ts';
import type { AcceptedRow, NewMessage } from '#shared/adapters/new-message.ts';
import type { Quote } from '#shared/adapters/quote-message.ts';
import type { TracedPush } from '#shared/adapters/read-push.ts';
import type { CardOfPush, PushTarget } from '#shared/adapters/read-push-target.ts';
import { problemOf, type Refusal, refuse } from '#shared/contracts/problems.ts';
import { type AcceptedPush, type PlannedPush, SubmitPush } from '#shared/contracts/pushes.ts';
import { type Answer, type ApiRequest, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { checkUrl } from '../messages/read-submission.ts';
import { keyMismatch, noSuchClient, refuseMessage } from '../messages/submit-message.ts';
import { readKey } from '../read-body.ts';
import { type PlannedSubmission, planSubmission } from './plan-submission.ts';
import { plannedPacket } from './plan-view.ts';
import { acceptedPushView } from './push-view.ts';
import { answerAs, readPushBody } from './representation.ts';

/** What submitting a push does to the world. */
export interface PushSubmissions {
  /** UUID v7 of now. */
  newId(): string;
  readonly exemptOrigins: readonly string[];
  /** Null: there is no such card. */
  readTarget(card: CardOfPush): Promise<PushTarget | null>;
  accept(push: NewPush, message: PushMessage, key: IdempotencyKey | null): Promise<Accepted>;
  quote(message: NewMessage): Promise<Quote | null>;
  /** What was made under a key; null: nothing. */
  findKeyed(clientId: string, key: IdempotencyKey): ReturnType<typeof readKeyed>;
  readPush(clientId: string, id: string): Promise<TracedPush | null>;
  /** Has the line of the card looked at. A failure is not the caller's: dispatch-due finds idle cards. */
  enqueueCard(iccid: string): Promise<void>;
}

const dryRun = async (
  request: ApiRequest,
  world: PushSubmissions,
  asked: SubmitPush,
  { target, plan, push, message }: PlannedSubmission,
): Promise<Answer | Refusal> => {
  const priced = carrierOf(message, push.reference_bits);
  const quote = await world.quote(priced);
  if (!quote) return noSuchClient();
  const { part_price_cents, cost_cents, refusal } = quote;
  const view: PlannedPush = {
    ...plannedPacket(asked, target, plan),
    to: message.recipient,
    part_price_cents,
    cost_cents,
    would_be: refusal ? 'refused' : 'accepted',
    problem: refusal ? problemOf(refuseMessage(refusal, priced), request.requestId) : null,
  };
  return answerAs(request, 'planned_push', 200, view);
};

/** What would be refused by now may have been accepted before, under this key: that answer stands for 24 hours. */
const unlessKnown = async (
  request: ApiRequest,
  world: PushSubmissions,
  key: IdempotencyKey | null,
  refusal: Refusal,
): Promise<Answer | Refusal> => {
  const { clientId } = callerOf(request);
  const known = key && (await world.findKeyed(clientId, key));
  if (!known) return refusal;
  if (known.outcome === 'mismatch') return keyMismatch();
  const traced = await world.readPush(clientId, known.resourceId);
  if (!traced) return refusal;
  return answerAs(request, 'accepted_push', 202, acceptedPushView(traced), {
    location: `/v1/pushes/${traced.push.id}`,
    'idempotent-replayed': 'true',
  });
};

const acceptedView = ({ push }: PlannedSubmission, row: AcceptedRow): AcceptedPush => ({
  id: row.id,
  status: 'WAITING',
  iccid: push.iccid,
  to: row.recipient,
  tar: push.tar,
  por: push.por,
  parts: row.parts,
  cost_cents: row.cost_cents,
  reference: row.reference,
  expires_at: row.expires_at.toISOString(),
  created_at: row.created_at.toISOString(),
});

const accept = async (
  request: ApiRequest,
  world: PushSubmissions,
  submission: PlannedSubmission,
  key: IdempotencyKey | null,
): Promise<Answer | Refusal> => {
  const { push, message } = submission;
  const accepted = await world.accept(push, message, key);
  switch (accepted.outcome) {
    case 'refused':
      return refuseMessage(accepted.reason, carrierOf(message, push.reference_bits));
    case 'mismatch':
      return keyMismatch();
    case 'no-such-card':
      // Stopped or taken out of use since it was read a moment ago, or it is the client that was.
      return refuse('card.stopped', 'Nothing is sent to it, or by this client, just now.');
    case 'replayed':
      return unlessKnown(request, world, key, noSuchClient());
    default:
      await world.enqueueCard(push.iccid);
      return answerAs(request, 'accepted_push', 202, acceptedView(submission, accepted.message), {
        location: `/v1/pushes/${accepted.message.id}`,
      });
  }
};

const targetOf = ({ iccid, to, tar }: SubmitPush, clientId: string): CardOfPush =>
  iccid === undefined ? { clientId, tar, msisdn: to ?? '' } : { clientId, tar, iccid };

/** POST /v1/pushes. */
export const createSubmitPush =
  (world: PushSubmissions): Handle =>
  async (request) => {
    const body = readPushBody(request, SubmitPush);
    if (body.outcome === 'refused') return body;
    const asked = body.value;
    const { dry_run: isDryRun, ...content } = asked;
    const keyed = readKey(request, 'submitPush', content);
    if (keyed.outcome === 'refused') return keyed;
    const refused = checkUrl('callback_url', asked.callback_url, world.exemptOrigins);
    if (refused) return refused;
    const { clientId, isTest } = callerOf(request);
    // The built-in simulator has no card, and what a card would have executed uses a counter for good.
    if (isTest && !isDryRun) return refuse('push.test_key', 'A real card would have executed it.');
    const target = await world.readTarget(targetOf(asked, clientId));
    const context = { newId: world.newId(), clientId, correlationId: request.requestId };
    const planned = planSubmission(asked, target, context);
    if (isDryRun) return planned.outcome === 'refused' ? planned : dryRun(request, world, asked, planned);
    if (planned.outcome === 'refused') return unlessKnown(request, world, keyed.key, planned);
    return accept(request, world, planned, keyed.key);
  };
