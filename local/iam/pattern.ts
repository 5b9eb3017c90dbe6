import { PolicyFault } from './policy-fault.ts';
import { conditionKeyKind, type RequestContext } from './request-context.ts';

export interface Pattern {
  readonly text: string;
  matches(value: string, context: RequestContext): boolean;
}

/**
 * What `*` and `?` stand for (IAM User Guide, "Resource" and "ARN condition operators"): nothing special; any
 * characters; those of one of an ARN's six parts; or the same, but a `*` that ends a part may go on into the next.
 */
export type Wildcards = 'none' | 'any' | 'arn' | 'resource';

export interface PatternOptions {
  readonly wildcards: Wildcards;
  readonly caseless?: boolean;
}

type Piece = string | { readonly variable: string; readonly fallback: string | undefined };

const quote = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The colons in front of an ARN's last part, inside which a colon is a character like any other. */
const colonsOfArn = 5;

const wildcard = (character: '*' | '?', wildcards: Wildcards, colons: number, next: string | undefined): string => {
  const endsPart = next === undefined || next === ':';
  const within = wildcards !== 'any' && colons < colonsOfArn && !(wildcards === 'resource' && endsPart);
  return `${within ? '[^:]' : '.'}${character === '*' ? '*' : ''}`;
};

/** `${aws:PrincipalArn}`, `${aws:PrincipalArn, 'nobody'}`, and `${*}`, `${?}`, `${$}` for the characters themselves. */
const readVariable = (inside: string): Piece => {
  if (['*', '?', '$'].includes(inside)) return quote(inside);
  const [, name = '', fallback] = /^\s*([^,\s]+)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inside) ?? [];
  if (conditionKeyKind(name) === 'single') return { variable: name.toLowerCase(), fallback };
  throw new PolicyFault(`the policy variable \${${inside}} is not known here`);
};

const piecesOf = (text: string, wildcards: Wildcards): Piece[] => {
  const parts = [...text.matchAll(/\$\{([^}]*)\}|[\s\S]/g)];
  let colons = 0;
  return parts.map(([part, inside], index) => {
    if (inside !== undefined) return readVariable(inside);
    if (part === ':') colons++;
    if ((part !== '*' && part !== '?') || wildcards === 'none') return quote(part);
    return wildcard(part, wildcards, colons, parts[index + 1]?.[0]);
  });
};

const resolvePiece = (piece: Piece, context: RequestContext): string | undefined => {
  if (typeof piece === 'string') return piece;
  const value = context.get(piece.variable)?.[0] ?? piece.fallback;
  return value === undefined ? undefined : quote(value);
};

/**
 * Reads a value of a policy with its wildcards and policy variables. One whose variable has no value in a request
 * matches nothing; what a variable stands for is taken literally.
 *
 * @throws PolicyFault for a variable that is not known.
 */
export const compilePattern = (text: string, { wildcards, caseless = false }: PatternOptions): Pattern => {
  const flags = caseless ? 'isu' : 'su';
  const pieces = piecesOf(text, wildcards);
  const fixed = pieces.every((piece) => typeof piece === 'string') && new RegExp(`^${pieces.join('')}$`, flags);
  if (fixed) return { text, matches: (value) => fixed.test(value) };
  return {
    text,
    matches: (value, context) => {
      const values = pieces.map((piece) => resolvePiece(piece, context));
      return !values.includes(undefined) && new RegExp(`^${values.join('')}$`, flags).test(value);
    },
  };
};
