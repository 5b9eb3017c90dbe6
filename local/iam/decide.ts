import type { Caller } from './principals.ts';
import type { RequestContext } from './request-context.ts';
import { type ParsedStatement, selects } from './statement.ts';

export interface AccessRequest {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** A policy on what is acted upon; the key of KMS and the trust of a role have rules of their own. */
export interface AttachedPolicy {
  readonly kind: 'resource' | 'key' | 'trust';
  readonly statements: readonly ParsedStatement[];
}

/** The kinds of policy, as AWS's messages call them. */
export type PolicyKind = 'identity-based' | 'resource-based' | 'role trust';

export type Decision =
  | { readonly allowed: true; readonly by: readonly ParsedStatement[] }
  /** `by` is the statement that says no; without it none says yes. */
  | { readonly allowed: false; readonly policy: PolicyKind; readonly by?: ParsedStatement | undefined };

const isAbout = (statement: ParsedStatement, { action, resource, context }: AccessRequest): boolean =>
  selects(statement.actions, action, context) &&
  selects(statement.resources, resource, context) &&
  statement.conditions.every((condition) => condition(context));

const allows = ({ effect }: ParsedStatement): boolean => effect === 'Allow';

const nobody = { kind: 'resource', statements: [] } as const;

/**
 * Judges a request within one account (IAM User Guide, "Policy evaluation logic"). Any Deny wins. After that either
 * the caller's own policies or the resource's policy must allow; a resource that names only the account leaves the
 * answer to IAM. A key's policy must allow in any case, by the caller's name or by leaving it to IAM (KMS Developer
 * Guide, "Key policies"), and a role is assumed only by whom its trust policy names.
 */
export const decide = (
  request: AccessRequest,
  identity: readonly ParsedStatement[],
  attached: AttachedPolicy = nobody,
): Decision => {
  const attachedKind: PolicyKind = attached.kind === 'trust' ? 'role trust' : 'resource-based';
  const own = identity.filter((statement) => isAbout(statement, request));
  const met = attached.statements.filter(
    (statement) => statement.meets(request.caller) !== undefined && isAbout(statement, request),
  );
  const ownDenial = own.find((statement) => !allows(statement));
  if (ownDenial) return { allowed: false, policy: 'identity-based', by: ownDenial };
  const denial = met.find((statement) => !allows(statement));
  if (denial) return { allowed: false, policy: attachedKind, by: denial };

  const named = met.filter((statement) => statement.meets(request.caller) === 'named');
  const leftToIam = met.length > named.length;
  const mayOwn = attached.kind === 'resource' || (attached.kind === 'key' && leftToIam);
  const by = [...named, ...(mayOwn ? own : [])];
  if (by.length > 0) return { allowed: true, by };
  const lacking = mayOwn && request.caller.kind === 'role' ? 'identity-based' : attachedKind;
  return { allowed: false, policy: lacking };
};
