import type { Call } from '../services/gate.ts';
import type { Decision } from './decide.ts';

type Refusal = Extract<Decision, { readonly allowed: false }>;

/** A call that was denied, and what would let it through. */
export interface Denial {
  readonly principal: string;
  /** ARN of the role, or the service that called. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Call['context'];
  readonly reason: string;
  /** The statement that says no; where there is none, the statement that is missing. */
  readonly statement: object;
  readonly isExplicit: boolean;
}

/** The end of AWS's sentence (IAM User Guide, "Troubleshoot access denied error messages"). */
export const reasonOf = ({ policy, by }: Refusal, action: string): string =>
  by
    ? `with an explicit deny in a ${policy} policy`.replace('a identity', 'an identity')
    : `because no ${policy} policy allows the ${action} action`;

const missing = ({ action, resource, principal, context }: Call, role: string, { policy }: Refusal): object => {
  if (policy === 'identity-based') return { Effect: 'Allow', Action: action, Resource: resource };
  const source = context['aws:SourceArn'];
  return {
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: role },
    Action: action,
    Resource: resource,
    ...(source && { Condition: { ArnLike: { 'aws:SourceArn': source } } }),
  };
};

export const denialOf = (call: Call, role: string, refusal: Refusal): Denial => ({
  principal: call.principal,
  role,
  action: call.action,
  resource: call.resource,
  context: call.context,
  reason: reasonOf(refusal, call.action),
  statement: refusal.by?.raw ?? missing(call, role, refusal),
  isExplicit: refusal.by !== undefined,
});

/** One line for a person: who may not do what, which statement is missing or says no, and what the call's conditions were. */
export const describeDenial = ({ role, action, resource, reason, statement, isExplicit, context }: Denial): string => {
  const name = role.split('/').at(-1);
  const conditions = Object.entries(context).map(([key, value]) => `${key}=${[value].flat().join('|')}`);
  const what = isExplicit ? 'Denied by' : 'Missing';
  const when = conditions.length > 0 ? ` (conditions of the call: ${conditions.join(', ')})` : '';
  return `IAM: ${name} is denied ${action} on ${resource} ${reason}. ${what}: ${JSON.stringify(statement)}${when}`;
};
