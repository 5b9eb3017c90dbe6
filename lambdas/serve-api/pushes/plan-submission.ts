import type { NewPush, PushMessage } from '#shared/adapters/accept-push.ts';
import type { PushTarget } from '#shared/adapters/read-push-target.ts';
import { type FieldError, type Refusal, refuse } from '#shared/contracts/problems.ts';
import type { SubmitPush } from '#shared/contracts/pushes.ts';
import { type PushFault, type PushPlan, planPush } from '#shared/domain/ota/plan-push.ts';
import { countryOf } from '#shared/domain/phone-number.ts';

export interface PushContext {
  readonly newId: string;
  readonly clientId: string;
  readonly correlationId: string;
}

/** A push that may be sent, and what it will be. */
export interface PlannedSubmission {
  readonly outcome: 'planned';
  readonly target: PushTarget;
  readonly plan: PushPlan;
  readonly push: NewPush;
  readonly message: PushMessage;
}

/** By what the request named the card. */
const cardField = ({ iccid }: SubmitPush): string => (iccid === undefined ? 'to' : 'iccid');

/** A fault's place in the words of this request. */
const fieldOf = (path: string, asked: SubmitPush): string => {
  const field = path.slice(1).replaceAll('/', '.');
  return field === 'iccid' ? cardField(asked) : field;
};

const refuseFaults = (faults: readonly PushFault[], asked: SubmitPush): Refusal => {
  const errors: FieldError[] = faults.map(({ path, message }) => ({ path: fieldOf(path, asked), message }));
  const [first] = faults;
  if (!first) throw new Error('A plan was refused without a fault');
  return refuse(first.reason, first.message, errors);
};

const messageOf = (
  asked: SubmitPush,
  recipient: string,
  parts: number,
  { newId, clientId, correlationId }: PushContext,
): PushMessage => ({
  id: newId,
  client_id: clientId,
  recipient,
  country: countryOf(recipient) ?? null,
  sender: null,
  parts,
  priority: asked.priority,
  validity_seconds: asked.validity_seconds,
  callback_url: asked.callback_url ?? null,
  reference: asked.reference ?? null,
  metadata: asked.metadata ?? null,
  is_test: false,
  correlation_id: correlationId,
});

/** What is to be written of a push that fits its schema, or why not. Nothing is looked up and nothing is written here. */
export const planSubmission = (
  asked: SubmitPush,
  target: PushTarget | null,
  context: PushContext,
): PlannedSubmission | Refusal => {
  const path = cardField(asked);
  if (!target) return refuse('card.unknown', 'None is known by that.', [{ path, message: 'is of no card' }]);
  const planned = planPush(asked, target);
  if (planned.outcome === 'refused') return refuseFaults(planned.faults, asked);
  const { iccid, msisdn, profile, stopped_for: stoppedFor } = target;
  if (stoppedFor !== null) return refuse('card.stopped', `It was stopped for ${stoppedFor}.`);
  if (msisdn === null)
    return refuse('card.no_number', 'Nothing can be sent to it.', [{ path, message: 'is of a card without a number' }]);
  const { plan } = planned;
  return {
    outcome: 'planned',
    target,
    plan,
    push: {
      iccid,
      key_version: plan.key_version,
      tar: asked.tar,
      por: asked.por,
      security: { ...plan.octets, quirks: profile.quirks },
      format: profile.format,
      data_hex: plan.data.toString('hex'),
      reference_bits: profile.reference_bits,
    },
    message: messageOf(asked, msisdn, plan.parts, context),
  };
};
