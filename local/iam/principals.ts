import * as z from 'zod';
import { PolicyFault } from './policy-fault.ts';

/** Who makes a request: a session of a role, or a service of AWS in its own name. */
export type Caller =
  | { readonly kind: 'role'; readonly account: string; readonly roleArn: string; readonly sessionArn: string }
  | { readonly kind: 'service'; readonly service: string };

/** How a policy of a resource meets a caller: by its own name, or by that of its account, which leaves it to IAM. */
export type Meeting = 'named' | 'account' | undefined;

export type PrincipalElement = (caller: Caller) => Meeting;

const some = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
interface Named {
  readonly AWS: readonly string[];
  readonly Service: readonly string[];
}
const Element = z.union([
  z.literal('*').transform((): Named => ({ AWS: ['*'], Service: [] })),
  z.strictObject({ AWS: some.default([]), Service: some.default([]) }),
]);

/** An account is named by its number or by its root. */
const accountOf = (principal: string): string => /^arn:aws:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal;

const parse = (element: unknown): Named => {
  const parsed = Element.safeParse(element);
  if (!parsed.success) throw new PolicyFault(`its principal does not parse: ${z.prettifyError(parsed.error)}`);
  const partial = parsed.data.AWS.find((each) => each !== '*' && /[*?]/.test(each));
  if (partial !== undefined) throw new PolicyFault(`the principal ${partial} has a wildcard, which IAM does not take`);
  return parsed.data;
};

/**
 * Reads a Principal element (IAM User Guide, "IAM JSON policy elements: Principal").
 *
 * @throws PolicyFault for a kind of principal that is not known here.
 */
export const readPrincipal = (element: unknown): PrincipalElement => {
  const { AWS, Service } = parse(element);
  const accounts = AWS.map(accountOf);
  return (caller) => {
    if (AWS.includes('*')) return 'named';
    if (caller.kind === 'service') return Service.includes(caller.service) ? 'named' : undefined;
    if (AWS.includes(caller.roleArn) || AWS.includes(caller.sessionArn)) return 'named';
    return accounts.includes(caller.account) ? 'account' : undefined;
  };
};

/**
 * Reads a NotPrincipal element. A session is spared only when itself, its role and its account all stand there
 * (IAM User Guide, "NotPrincipal with Deny").
 */
export const readNotPrincipal = (element: unknown): PrincipalElement => {
  const { AWS, Service } = parse(element);
  const accounts = AWS.map(accountOf);
  return (caller) => {
    const spared =
      caller.kind === 'service'
        ? Service.includes(caller.service)
        : [caller.roleArn, caller.sessionArn].every((arn) => AWS.includes(arn)) && accounts.includes(caller.account);
    return spared || AWS.includes('*') ? undefined : 'named';
  };
};
