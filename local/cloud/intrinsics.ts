import type { Template } from './assembly.ts';

export const region = 'eu-central-1';
export const accountId = '000000000000';

/** What the template says cannot be carried out as it stands; the text names stack, logical id and reason. */
export class TemplateFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TemplateFault';
  }
}

/** Where names are looked up while a value of one stack is worked out. */
export interface Scope {
  /** For messages: the stack, and the resource or output being worked out. */
  readonly where: string;
  readonly stackName: string;
  readonly template: Template;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The physical id of a resource that exists already. */
  ref(logicalId: string): string | undefined;
  attribute(logicalId: string, name: string): unknown;
  importValue(exportName: string): unknown;
}

const availabilityZones = ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
const noValue = Symbol('AWS::NoValue');

const pseudoParameter = (name: string, scope: Scope): unknown => {
  const values: Record<string, unknown> = {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': scope.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${scope.stackName}/local`,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': noValue,
  };
  return values[name];
};

const fail = (scope: Scope, reason: string): never => {
  throw new TemplateFault(`${scope.where}: ${reason}`);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown, scope: Scope, of: string): unknown[] =>
  Array.isArray(value) ? value : fail(scope, `${of} was not given a list.`);

const textOf = (value: unknown, scope: Scope, of: string): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : fail(scope, `${of} needs text and was given ${JSON.stringify(value)}.`);

const reference = (name: string, scope: Scope): unknown => {
  const found = pseudoParameter(name, scope) ?? scope.parameters[name] ?? scope.ref(name);
  return found === undefined ? fail(scope, `Ref ${name} names nothing that exists yet.`) : found;
};

const attribute = (path: string, scope: Scope): unknown => {
  const dot = path.indexOf('.');
  const found = scope.attribute(path.slice(0, dot), path.slice(dot + 1));
  return found === undefined ? fail(scope, `Fn::GetAtt ${path} names nothing that exists yet.`) : found;
};

const substitute = (argument: unknown, scope: Scope): string => {
  const [template, given] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = isRecord(given) ? given : {};
  return textOf(template, scope, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in variables) return textOf(resolve(variables[name], scope), scope, 'Fn::Sub');
    const value = name.includes('.') ? attribute(name, scope) : reference(name, scope);
    return textOf(value, scope, 'Fn::Sub');
  });
};

const lookUp = (argument: unknown, scope: Scope): unknown => {
  const [map, first, second] = listOf(resolve(argument, scope), scope, 'Fn::FindInMap').map(String);
  const value = scope.template.Mappings[map ?? '']?.[first ?? '']?.[second ?? ''];
  return value === undefined ? fail(scope, `Fn::FindInMap has no ${map}.${first}.${second}.`) : value;
};

const select = (argument: unknown, scope: Scope): unknown => {
  const [index, list] = listOf(argument, scope, 'Fn::Select');
  const values = listOf(resolve(list, scope), scope, 'Fn::Select');
  const value = values[Number(resolve(index, scope))];
  return value === undefined ? fail(scope, `Fn::Select ${String(index)} is beyond its list.`) : value;
};

const condition = (name: unknown, scope: Scope): boolean => {
  const found = scope.template.Conditions[String(name)];
  if (found === undefined) fail(scope, `The condition ${String(name)} is not in the template.`);
  return resolve(found, scope) === true;
};

const choose = (argument: unknown, scope: Scope): unknown => {
  const [name, yes, no] = listOf(argument, scope, 'Fn::If');
  return resolve(condition(name, scope) ? yes : no, scope);
};

type Intrinsic = (argument: unknown, scope: Scope) => unknown;
const truths = (argument: unknown, scope: Scope): boolean[] =>
  listOf(argument, scope, 'a condition').map((each) => resolve(each, scope) === true);

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => reference(String(name), scope),
  'Fn::GetAtt': (path, scope) => attribute(Array.isArray(path) ? path.join('.') : String(path), scope),
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [separator, list] = listOf(argument, scope, 'Fn::Join');
    const parts = listOf(resolve(list, scope), scope, 'Fn::Join');
    return parts.map((part) => textOf(part, scope, 'Fn::Join')).join(String(separator));
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf(argument, scope, 'Fn::Split');
    return textOf(resolve(text, scope), scope, 'Fn::Split').split(String(separator));
  },
  'Fn::Select': select,
  'Fn::ImportValue': (name, scope) => {
    const exported = String(resolve(name, scope));
    const value = scope.importValue(exported);
    return value === undefined ? fail(scope, `No stack before this one exports ${exported}.`) : value;
  },
  'Fn::FindInMap': lookUp,
  'Fn::GetAZs': () => availabilityZones,
  'Fn::Base64': (text, scope) => Buffer.from(textOf(resolve(text, scope), scope, 'Fn::Base64')).toString('base64'),
  // Addresses inside a network that is not made here: only their number matters.
  'Fn::Cidr': (argument, scope) => {
    const [block, count] = listOf(resolve(argument, scope), scope, 'Fn::Cidr');
    return Array.from({ length: Number(count) }, (_unused, index) => `${String(block)}#${index}`);
  },
  'Fn::If': choose,
  'Fn::Equals': (argument, scope) => {
    const [left, right] = listOf(resolve(argument, scope), scope, 'Fn::Equals');
    return String(left) === String(right);
  },
  'Fn::And': (argument, scope) => truths(argument, scope).every(Boolean),
  'Fn::Or': (argument, scope) => truths(argument, scope).some(Boolean),
  'Fn::Not': (argument, scope) => !truths(argument, scope)[0],
  Condition: (name, scope) => condition(name, scope),
};

const intrinsicOf = (value: Record<string, unknown>, scope: Scope): [Intrinsic, unknown] | undefined => {
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0) return undefined;
  // A policy statement has a member named Condition too; only a condition's name is text.
  if (key === 'Condition' && typeof value[key] !== 'string') return undefined;
  const intrinsic = intrinsics[key];
  if (intrinsic) return [intrinsic, value[key]];
  return key.startsWith('Fn::') ? fail(scope, `the intrinsic function ${key} is not known here.`) : undefined;
};

/**
 * Works out every intrinsic function inside a value (CloudFormation User Guide, "Intrinsic function reference").
 * Members and elements that are AWS::NoValue are left out. Dynamic references stay as they are.
 *
 * @throws TemplateFault for an intrinsic that is not known or names something that does not exist.
 */
export const resolve = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((each) => resolve(each, scope)).filter((each) => each !== noValue);
  if (!isRecord(value)) return value;
  const intrinsic = intrinsicOf(value, scope);
  if (intrinsic) return intrinsic[0](intrinsic[1], scope);
  const members = Object.entries(value).map(([key, member]) => [key, resolve(member, scope)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== noValue));
};

/** Every name a value refers to by Ref, Fn::GetAtt or Fn::Sub; some are parameters rather than resources. */
export const referencesIn = (value: unknown): Set<string> => {
  const names = new Set<string>();
  const visit = (each: unknown): void => {
    if (Array.isArray(each)) each.forEach(visit);
    if (!isRecord(each)) return;
    for (const [key, member] of Object.entries(each)) {
      if (key === 'Ref' && typeof member === 'string') names.add(member);
      if (key === 'Fn::GetAtt') names.add(String(Array.isArray(member) ? member[0] : member).split('.')[0] ?? '');
      if (key === 'Fn::Sub') {
        const text = String(Array.isArray(member) ? member[0] : member);
        for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g)) names.add(name?.split('.')[0] ?? '');
      }
      visit(member);
    }
  };
  visit(value);
  return names;
};
