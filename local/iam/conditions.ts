import * as z from 'zod';
import { compilePattern, type PatternOptions } from './pattern.ts';
import { PolicyFault } from './policy-fault.ts';
import { conditionKeyKind, type RequestContext } from './request-context.ts';

/** One key under one operator; all those of a statement have to hold. */
export type Condition = (context: RequestContext) => boolean;

type Test = (actual: string, context: RequestContext) => boolean;
type Operator = (expected: string) => Test;

const text =
  (options: PatternOptions): Operator =>
  (expected) => {
    const pattern = compilePattern(expected, options);
    return (actual, context) => pattern.matches(actual, context);
  };

const number = (value: string): number => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN);

const numeric =
  (compare: (actual: number, expected: number) => boolean): Operator =>
  (expected) => {
    const wanted = number(expected);
    if (Number.isNaN(wanted)) throw new PolicyFault(`${expected} is not a number`);
    return (actual) => compare(number(actual), wanted);
  };

const boolean: Operator = (expected) => {
  const wanted = expected.toLowerCase();
  if (wanted !== 'true' && wanted !== 'false') throw new PolicyFault(`${expected} is neither true nor false`);
  return (actual) => actual.toLowerCase() === wanted;
};

/** IAM User Guide, "IAM JSON policy elements: Condition operators". Dates, addresses and octets are not known here. */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: text({ wildcards: 'none' }),
  StringEqualsIgnoreCase: text({ wildcards: 'none', caseless: true }),
  StringLike: text({ wildcards: 'any' }),
  ArnEquals: text({ wildcards: 'arn' }),
  ArnLike: text({ wildcards: 'arn' }),
  Bool: boolean,
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
};

interface Reading {
  readonly operator: Operator;
  readonly negated: boolean;
  readonly ifExists: boolean;
  readonly quantifier: 'ForAllValues' | 'ForAnyValue' | undefined;
}

const readOperator = (name: string): Reading => {
  const [, quantifier, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const negated = Object.hasOwn(negations, base);
  const operator = operators[negations[base] ?? base];
  if (!operator) throw new PolicyFault(`the condition operator ${name} is not known here`);
  return {
    operator,
    negated,
    ifExists: ifExists !== undefined,
    quantifier: quantifier as Reading['quantifier'],
  };
};

/** `Null: { key: 'true' }` holds where the key is absent. */
const readNull = (key: string, expected: readonly string[]): Condition => {
  const tests = expected.map(boolean);
  return (context) => tests.some((test) => test(String(!context.has(key)), context));
};

const readOne = (name: string, key: string, expected: readonly string[]): Condition => {
  const kind = conditionKeyKind(key);
  if (!kind) throw new PolicyFault(`the condition key ${key} is not known here`);
  const lowered = key.toLowerCase();
  if (name === 'Null') return readNull(lowered, expected);
  const { operator, negated, ifExists, quantifier } = readOperator(name);
  if (kind === 'several' && !quantifier)
    throw new PolicyFault(`the condition key ${key} has several values and needs ForAllValues or ForAnyValue`);
  const tests = expected.map(operator);
  return (context) => {
    const fits = (actual: string): boolean => tests.some((test) => test(actual, context)) !== negated;
    const actual = context.get(lowered) ?? [];
    if (quantifier === 'ForAllValues') return actual.every(fits);
    // Of an absent key a negated operator holds, any other does not.
    if (actual.length === 0) return ifExists || (negated && !quantifier);
    return actual.some(fits);
  };
};

const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const ConditionBlock = z.record(
  z.string(),
  z.record(z.string(), z.union([scalar.transform((one) => [one]), z.array(scalar)])),
);

/**
 * Reads the Condition element of a statement.
 *
 * @throws PolicyFault for an operator, a key or a policy variable that is not known, and for a value that does not fit.
 */
export const readConditions = (block: unknown): readonly Condition[] => {
  const parsed = ConditionBlock.safeParse(block ?? {});
  if (!parsed.success) throw new PolicyFault(`its Condition does not parse: ${z.prettifyError(parsed.error)}`);
  return Object.entries(parsed.data).flatMap(([name, keys]) =>
    Object.entries(keys).map(([key, expected]) => readOne(name, key, expected)),
  );
};
