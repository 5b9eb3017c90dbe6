import type { Denial } from './denial.ts';
import type { Grant } from './grants.ts';

/** Why a right is given that no run of the dev cloud uses. */
export interface Justification {
  /** Names of roles without the prefix of the stage. */
  readonly roles: readonly string[];
  readonly actions: readonly string[];
  readonly reason: string;
}

export interface ReviewedGrant extends Grant {
  /** Why it is given although it was not used. */
  readonly reason?: string | undefined;
}

export interface Review {
  readonly grants: readonly ReviewedGrant[];
  /** What is wrong, one line each: denials, grants that nothing explains, and explanations of no grant. */
  readonly findings: readonly string[];
}

const without = (prefix: string, text: string): string => text.replaceAll(prefix, '');

/**
 * Holds what was used against what is granted. A grant that was not used needs a justification, and a justification
 * needs for each of its roles and actions a grant: so whoever takes away a right, needed or justified, hears of it.
 */
export const reviewGrants = (
  grants: readonly Grant[],
  denials: readonly Denial[],
  justifications: readonly Justification[],
  prefix: string,
): Review => {
  const reasonFor = ({ holder, action }: Grant): string | undefined =>
    justifications.find(({ roles, actions }) => roles.includes(without(prefix, holder)) && actions.includes(action))
      ?.reason;
  const reviewed = grants.map((grant): ReviewedGrant => (grant.used ? grant : { ...grant, reason: reasonFor(grant) }));
  const denied = denials.map(
    ({ role, action, resource, reason }) =>
      `denied: ${without(prefix, role.split('/').at(-1) ?? '')} ${action} on ${resource} ${reason}`,
  );
  const unexplained = reviewed
    .filter((grant) => !grant.used && grant.reason === undefined)
    .map(({ holder, action, resource }) => `never used: ${without(prefix, holder)} ${action} on ${resource}`);
  const held = new Set(grants.map(({ holder, action }) => `${without(prefix, holder)} ${action}`));
  const idle = justifications
    .flatMap(({ roles, actions }) => roles.flatMap((role) => actions.map((action) => `${role} ${action}`)))
    .filter((each) => !held.has(each))
    .map((each) => `justified, but not granted: ${each}`);
  // A run ends at its first denial: what it did not come to is no finding.
  return { grants: reviewed, findings: denied.length > 0 ? denied : [...unexplained, ...idle] };
};

const state = ({ used, reason }: ReviewedGrant): string => {
  if (used) return 'used';
  return reason === undefined ? 'NEVER USED' : `not used: ${reason}`;
};

/** The report for a person: per role what it may do, and what of it was done. */
export const renderReview = ({ grants, findings }: Review, prefix: string): string => {
  const byHolder = Map.groupBy(grants, ({ holder }) => without(prefix, holder));
  const blocks = [...byHolder].map(([holder, held]) => {
    const lines = held.map((grant) => {
      const condition = grant.condition === '' ? '' : ` if ${grant.condition}`;
      return `  ${grant.action} on ${without(prefix, grant.resource)}${condition}: ${state(grant)}`;
    });
    return [holder, ...lines.sort()].join('\n');
  });
  const count = (used: boolean): number => grants.filter((grant) => grant.used === used).length;
  const verdict =
    findings.length === 0
      ? 'Every grant is used or justified, and nothing was denied.'
      : `Findings:\n${findings.map((finding) => `  ${finding}`).join('\n')}`;
  return `${blocks.join('\n\n')}\n\n${count(true)} grants used, ${count(false)} not. ${verdict}\n`;
};
