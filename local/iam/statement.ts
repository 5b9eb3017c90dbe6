import * as z from 'zod';
import type { Statement } from '../cloud/plan.ts';
import { type Condition, readConditions } from './conditions.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { PolicyFault } from './policy-fault.ts';
import { type PrincipalElement, readNotPrincipal, readPrincipal } from './principals.ts';
import type { RequestContext } from './request-context.ts';

/** Where a statement stands: what a role may do, who may use a resource, or who may assume a role. */
export type StatementPlace = 'identity' | 'resource' | 'trust';

/** A list of patterns, or of all that is meant except them. */
export interface Selection {
  readonly patterns: readonly Pattern[];
  readonly excepted: boolean;
}

export interface ParsedStatement {
  readonly raw: Statement;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Selection;
  /** A trust policy's statements have no resource: it is the role. */
  readonly resources: Selection;
  readonly conditions: readonly Condition[];
  /** How the statement meets a caller; in a role's own policy it meets whoever has the role. */
  readonly meets: PrincipalElement;
}

const list = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]).optional();
const StatementElement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: list,
  NotAction: list,
  Resource: list,
  NotResource: list,
  Principal: z.unknown().optional(),
  NotPrincipal: z.unknown().optional(),
  Condition: z.unknown().optional(),
});
type StatementElement = z.infer<typeof StatementElement>;

const actionPattern = (text: string): Pattern => {
  if (text !== '*' && !/^[a-z0-9-]+:[\w*?]+$/i.test(text)) throw new PolicyFault(`${text} is not an action`);
  return compilePattern(text, { wildcards: 'any', caseless: true });
};

const resourcePattern = (text: string): Pattern => {
  if (text !== '*' && !text.startsWith('arn:')) throw new PolicyFault(`${text} is not the ARN of a resource`);
  return compilePattern(text, { wildcards: 'resource' });
};

const readSelection = (
  name: string,
  meant: readonly string[] | undefined,
  except: readonly string[] | undefined,
  compile: (text: string) => Pattern,
): Selection => {
  const given = meant ?? except;
  if (!given || (meant && except)) throw new PolicyFault(`it needs either ${name} or Not${name}`);
  return { patterns: given.map(compile), excepted: except !== undefined };
};

const everything: Selection = { patterns: [], excepted: true };

const readResources = (element: StatementElement, place: StatementPlace): Selection => {
  if (place !== 'trust') return readSelection('Resource', element.Resource, element.NotResource, resourcePattern);
  if (element.Resource ?? element.NotResource) throw new PolicyFault('a trust policy names no resource');
  return everything;
};

const readMeeting = ({ Effect, Principal, NotPrincipal }: StatementElement, place: StatementPlace) => {
  const given = [Principal, NotPrincipal].filter((each) => each !== undefined).length;
  if (place === 'identity') {
    if (given > 0) throw new PolicyFault("a role's own policy names no principal");
    return () => 'named' as const;
  }
  if (given !== 1) throw new PolicyFault('it needs either Principal or NotPrincipal');
  if (Principal !== undefined) return readPrincipal(Principal);
  if (Effect === 'Allow') throw new PolicyFault('NotPrincipal with Allow would let everybody else in');
  return readNotPrincipal(NotPrincipal);
};

const parse = (raw: Statement, place: StatementPlace): ParsedStatement => {
  const parsed = StatementElement.safeParse(raw);
  if (!parsed.success) throw new PolicyFault(`it does not parse: ${z.prettifyError(parsed.error)}`);
  const element = parsed.data;
  return {
    raw,
    effect: element.Effect,
    actions: readSelection('Action', element.Action, element.NotAction, actionPattern),
    resources: readResources(element, place),
    conditions: readConditions(element.Condition),
    meets: readMeeting(element, place),
  };
};

/**
 * Reads one statement of a policy (IAM User Guide, "IAM JSON policy elements reference").
 *
 * @throws PolicyFault naming `owner` and the statement, when any of it is not understood.
 */
export const parseStatement = (raw: Statement, place: StatementPlace, owner: string): ParsedStatement => {
  try {
    return parse(raw, place);
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw error;
    throw new PolicyFault(`A policy of ${owner} cannot be judged: ${error.message}. It is ${JSON.stringify(raw)}`, {
      cause: error,
    });
  }
};

/** Whether a value is one of those that a selection means. */
export const selects = ({ patterns, excepted }: Selection, value: string, context: RequestContext): boolean =>
  patterns.some((pattern) => pattern.matches(value, context)) !== excepted;
