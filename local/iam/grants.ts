import type { Role, Statement } from '../cloud/plan.ts';
import type { Policies, Use } from './access-control.ts';
import { requestContext } from './request-context.ts';
import { type ParsedStatement, parseStatement, type Selection, selects } from './statement.ts';

/** One action upon one resource that somebody may do, as the policy writes both, and whether it was done. */
export interface Grant {
  /** Name of a role, or a service that a resource's policy lets in. */
  readonly holder: string;
  readonly action: string;
  readonly resource: string;
  /** The Condition of the statement as JSON, or an empty text. */
  readonly condition: string;
  readonly used: boolean;
}

interface Part {
  readonly text: string;
  matches(value: string): boolean;
}

/** What is excepted cannot be taken apart: a NotAction or NotResource stays one. */
const partsOf = (selection: Selection, name: string): Part[] => {
  const context = requestContext();
  if (!selection.excepted)
    return selection.patterns.map((pattern) => ({
      text: pattern.text,
      matches: (value) => pattern.matches(value, context),
    }));
  const text = `Not${name} ${selection.patterns.map((pattern) => pattern.text).join(', ')}`;
  return [{ text, matches: (value) => selects(selection, value, context) }];
};

const grantsOfStatement = (holder: string, statement: ParsedStatement, uses: readonly Use[]): Grant[] => {
  const condition = statement.raw.Condition === undefined ? '' : JSON.stringify(statement.raw.Condition);
  const own = uses.filter((use) => use.statement === statement.raw);
  return partsOf(statement.actions, 'Action').flatMap((action) =>
    partsOf(statement.resources, 'Resource').map((resource) => ({
      holder,
      action: action.text,
      resource: resource.text,
      condition,
      used: own.some((use) => action.matches(use.action) && resource.matches(use.resource)),
    })),
  );
};

/** The services that a policy on a resource names; whom else it names holds the right in a role, or is the account. */
const servicesIn = ({ Principal }: Statement): readonly string[] =>
  typeof Principal === 'object' && Principal !== null && 'Service' in Principal
    ? [Principal.Service].flat().map(String)
    : [];

const isAllow = ({ Effect }: Statement): boolean => Effect === 'Allow';

const ofRole = ({ name, arn, statements }: Role, uses: readonly Use[]): Grant[] =>
  statements.filter(isAllow).flatMap((raw) => grantsOfStatement(name, parseStatement(raw, 'identity', arn), uses));

/** Everything that roles, and services by the policies on resources, are allowed, action by action. */
export const grantsOf = (policies: Pick<Policies, 'roles' | 'resourcePolicies'>, uses: readonly Use[]): Grant[] => [
  ...[...policies.roles.values()].flatMap((role) => ofRole(role, uses)),
  ...policies.resourcePolicies.flatMap(({ resourceArn, statements }) =>
    statements
      .filter(isAllow)
      .flatMap((raw) =>
        servicesIn(raw).flatMap((service) =>
          grantsOfStatement(service, parseStatement(raw, 'resource', resourceArn), uses),
        ),
      ),
  ),
];
