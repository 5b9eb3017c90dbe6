import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Statement } from '../cloud/plan.ts';
import { type AttachedPolicy, decide } from './decide.ts';
import type { Caller } from './principals.ts';
import { type ContextValues, requestContext } from './request-context.ts';
import { parseStatement, type StatementPlace } from './statement.ts';

const account = '000000000000';
const roleArn = `arn:aws:iam::${account}:role/serve-api`;
const sessionArn = `arn:aws:sts::${account}:assumed-role/serve-api/one`;
const root = `arn:aws:iam::${account}:root`;
const role: Caller = { kind: 'role', account, roleArn, sessionArn };
const gateway: Caller = { kind: 'service', service: 'apigateway.amazonaws.com' };
const queue = `arn:aws:sqs:eu-central-1:${account}:outcomes`;

const read = (statements: readonly Statement[], place: StatementPlace) =>
  statements.map((statement) => parseStatement(statement, place, 'a test'));
const allow = (more: object = {}): Statement => ({
  Effect: 'Allow',
  Action: 'sqs:SendMessage',
  Resource: queue,
  ...more,
});
const deny = (more: object = {}): Statement => ({ ...allow(more), Effect: 'Deny' });

interface Policies {
  readonly identity?: readonly Statement[];
  readonly attached?: readonly Statement[];
  readonly kind?: AttachedPolicy['kind'];
  readonly caller?: Caller;
  readonly context?: ContextValues;
  readonly action?: string;
}

const ask = ({ identity = [], attached = [], kind = 'resource', caller = role, context = {}, action }: Policies) => {
  const request = { caller, action: action ?? 'sqs:SendMessage', resource: queue, context: requestContext(context) };
  const statements = read(attached, kind === 'trust' ? 'trust' : 'resource');
  const decision = decide(request, read(identity, 'identity'), { kind, statements });
  return decision.allowed ? 'allowed' : `${decision.by ? 'denied by' : 'lacking'} ${decision.policy}`;
};

describe('a role', () => {
  test('may nothing that no statement allows', () => {
    expect(ask({})).toBe('lacking identity-based');
    expect(ask({ identity: [allow({ Action: 'sqs:ReceiveMessage' })] })).toBe('lacking identity-based');
    expect(ask({ identity: [allow({ Resource: `${queue}-dlq` })] })).toBe('lacking identity-based');
  });

  test('may what its own policy or that of the resource allows', () => {
    expect(ask({ identity: [allow()] })).toBe('allowed');
    expect(ask({ attached: [allow({ Principal: { AWS: roleArn } })] })).toBe('allowed');
    expect(ask({ attached: [allow({ Principal: { AWS: sessionArn } })] })).toBe('allowed');
    expect(ask({ attached: [allow({ Principal: '*' })] })).toBe('allowed');
  });

  test('is not let in by a resource that names the account only: that leaves it to IAM', () => {
    expect(ask({ attached: [allow({ Principal: { AWS: root } })] })).toBe('lacking identity-based');
    expect(ask({ attached: [allow({ Principal: { AWS: account } })], identity: [allow()] })).toBe('allowed');
  });

  test('is denied whatever allows it, by its own policy or by that of the resource', () => {
    const everything = [allow({ Action: '*', Resource: '*' })];
    expect(ask({ identity: [...everything, deny()] })).toBe('denied by identity-based');
    expect(ask({ identity: everything, attached: [deny({ Principal: '*' })] })).toBe('denied by resource-based');
    expect(ask({ identity: everything, attached: [deny({ Principal: { AWS: root } })] })).toBe(
      'denied by resource-based',
    );
  });

  test('is met by NotAction and NotResource with all that they do not name', () => {
    const { Action: _, ...rest } = allow();
    expect(ask({ identity: [{ ...rest, NotAction: 'sqs:Delete*' }] })).toBe('allowed');
    expect(ask({ identity: [{ ...rest, NotAction: 'sqs:Send*' }] })).toBe('lacking identity-based');
    const { Resource: __, ...anywhere } = allow();
    expect(ask({ identity: [{ ...anywhere, NotResource: `${queue}-dlq` }] })).toBe('allowed');
    expect(ask({ identity: [{ ...anywhere, NotResource: queue }] })).toBe('lacking identity-based');
  });

  test('is spared by NotPrincipal only where its session, its role and its account all stand', () => {
    const identity = [allow()];
    const spare = (...AWS: string[]) => ask({ identity, attached: [deny({ NotPrincipal: { AWS } })] });
    expect(spare(roleArn)).toBe('denied by resource-based');
    expect(spare(roleArn, root)).toBe('denied by resource-based');
    expect(spare(sessionArn, roleArn, root)).toBe('allowed');
  });
});

test('a policy that demands TLS denies a call without it and lets one with it through', () => {
  const attached = [
    deny({ Action: 'sqs:*', Principal: { AWS: '*' }, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  ];
  const identity = [allow()];
  expect(ask({ identity, attached, context: { 'aws:SecureTransport': 'false' } })).toBe('denied by resource-based');
  expect(ask({ identity, attached, context: { 'aws:SecureTransport': 'true' } })).toBe('allowed');
});

describe('a key', () => {
  const key = { kind: 'key' } as const;
  const delegation = allow({ Action: 'sqs:*', Principal: { AWS: root }, Resource: '*' });

  test('is used by nobody whom its policy neither names nor leaves to IAM, whatever a role may do', () => {
    expect(ask({ ...key, identity: [allow()] })).toBe('lacking resource-based');
    expect(ask({ ...key, identity: [allow()], attached: [allow({ Principal: { AWS: `${roleArn}-2` } })] })).toBe(
      'lacking resource-based',
    );
  });

  test('that leaves it to IAM is used by a role whose own policy allows it', () => {
    expect(ask({ ...key, attached: [delegation] })).toBe('lacking identity-based');
    expect(ask({ ...key, attached: [delegation], identity: [allow()] })).toBe('allowed');
  });

  test('that names the role needs no policy of the role', () => {
    expect(ask({ ...key, attached: [allow({ Principal: { AWS: roleArn } })] })).toBe('allowed');
  });

  test('leaves to IAM only what its statement says, and under its condition', () => {
    const condition = { StringEquals: { 'kms:EncryptionContext:purpose': 'emm' } };
    const attached = [allow({ Principal: { AWS: root }, Condition: condition })];
    const identity = [allow()];
    expect(ask({ ...key, attached, identity })).toBe('lacking resource-based');
    expect(ask({ ...key, attached, identity, context: { 'kms:EncryptionContext:purpose': 'emm' } })).toBe('allowed');
    const other = [allow({ Action: 'sqs:ReceiveMessage', Principal: { AWS: root } })];
    expect(ask({ ...key, attached: other, identity })).toBe('lacking resource-based');
  });
});

describe('a service', () => {
  const Principal = { Service: 'apigateway.amazonaws.com' };
  const Condition = { ArnLike: { 'AWS:SourceArn': 'arn:aws:execute-api:eu-central-1:000000000000:api/*/GET/*' } };

  test('comes in by the policy of the resource alone, for the source it is let in for', () => {
    const attached = [allow({ Principal, Condition })];
    const from = (path: string) => ({ 'aws:SourceArn': `arn:aws:execute-api:eu-central-1:000000000000:api/v/${path}` });
    expect(ask({ caller: gateway, attached, context: from('GET/messages/1') })).toBe('allowed');
    expect(ask({ caller: gateway, attached, context: from('POST/messages') })).toBe('lacking resource-based');
    expect(ask({ caller: { kind: 'service', service: 'events.amazonaws.com' }, attached })).toBe(
      'lacking resource-based',
    );
  });

  test('takes on a role only where its trust policy says so, under its conditions', () => {
    const { Resource: _, ...trust } = allow({
      Action: 'sts:AssumeRole',
      Principal: { Service: 'scheduler.amazonaws.com' },
    });
    const attached = [{ ...trust, Condition: { StringEquals: { 'aws:SourceAccount': account } } }];
    const scheduler: Caller = { kind: 'service', service: 'scheduler.amazonaws.com' };
    const taking = { kind: 'trust', action: 'sts:AssumeRole', attached } as const;
    expect(ask({ ...taking, caller: scheduler, context: { 'aws:SourceAccount': account } })).toBe('allowed');
    expect(ask({ ...taking, caller: scheduler, context: { 'aws:SourceAccount': '1' } })).toBe('lacking role trust');
    expect(ask({ ...taking, caller: gateway, context: { 'aws:SourceAccount': account } })).toBe('lacking role trust');
  });
});

test.each<[string, StatementPlace, Statement, RegExp]>([
  ['an element that does not exist', 'identity', allow({ Actions: 'x' }), /Unrecognized key/],
  ['neither Action nor NotAction', 'identity', { Effect: 'Allow', Resource: '*' }, /either Action or NotAction/],
  ['both', 'identity', allow({ NotAction: 'sqs:*' }), /either Action or NotAction/],
  ['an action without a service', 'identity', allow({ Action: 'SendMessage' }), /SendMessage is not an action/],
  ['a resource that is no ARN', 'identity', allow({ Resource: 'outcomes' }), /outcomes is not the ARN/],
  ["a principal in a role's policy", 'identity', allow({ Principal: '*' }), /names no principal/],
  ["no principal in a resource's policy", 'resource', allow(), /either Principal or NotPrincipal/],
  ['a wildcard in a principal', 'resource', allow({ Principal: { AWS: `${roleArn}*` } }), /has a wildcard/],
  ['a federated principal', 'resource', allow({ Principal: { Federated: 'x' } }), /principal does not parse/],
  ['NotPrincipal with Allow', 'resource', allow({ NotPrincipal: { AWS: roleArn } }), /let everybody else in/],
  [
    'a condition that is not known',
    'identity',
    allow({ Condition: { IpAddress: { 'aws:SourceIp': '::1' } } }),
    /aws:SourceIp/,
  ],
])('a statement with %s is refused, named with its owner', (_, place, statement, reason) => {
  expect(() => parseStatement(statement, place, 'serve-api')).toThrow(reason);
  expect(() => parseStatement(statement, place, 'serve-api')).toThrow(/A policy of serve-api cannot be judged/);
});

const actions = fc.constantFrom('sqs:SendMessage', 'sqs:Send*', 'sqs:*', '*', 'sqs:ReceiveMessage', 'kms:Decrypt');
const resources = fc.constantFrom(queue, `${queue}-dlq`, '*', 'arn:aws:sqs:*:*:out*', 'arn:aws:sns:*');
const conditions = fc.constantFrom(
  {},
  { Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
  { Condition: { StringNotEquals: { 'aws:SourceAccount': account } } },
);
const statement = (effect: fc.Arbitrary<string>, principal: fc.Arbitrary<object>): fc.Arbitrary<Statement> =>
  fc
    .tuple(
      effect,
      fc.constantFrom('Action', 'NotAction'),
      actions,
      fc.constantFrom('Resource', 'NotResource'),
      resources,
      conditions,
      principal,
    )
    .map(([Effect, Action, action, Resource, resource, condition, who]) => ({
      Effect,
      [Action]: action,
      [Resource]: resource,
      ...condition,
      ...who,
    }));
const effect = fc.constantFrom('Allow', 'Deny');
const principal = fc.constantFrom({ Principal: '*' }, { Principal: { AWS: root } }, { Principal: { AWS: roleArn } });
const own = (said: fc.Arbitrary<string>) => statement(said, fc.constant({}));
const theirs = (said: fc.Arbitrary<string>) => statement(said, principal);
const situation = fc.record({
  identity: fc.array(own(effect), { maxLength: 5 }),
  attached: fc.array(theirs(effect), { maxLength: 5 }),
  kind: fc.constantFrom('resource' as const, 'key' as const),
  context: fc.constantFrom<ContextValues>({ 'aws:SecureTransport': 'true' }, { 'aws:SourceAccount': account }),
});

describe('whatever the policies are', () => {
  test('one more Deny never turns a denial into an allowance', () => {
    fc.assert(
      fc.property(situation, own(fc.constant('Deny')), theirs(fc.constant('Deny')), (before, mine, its) => {
        const after = { ...before, identity: [...before.identity, mine], attached: [...before.attached, its] };
        if (ask(before) !== 'allowed') expect(ask(after)).not.toBe('allowed');
      }),
      { numRuns: 1000 },
    );
  });

  test('one more Allow never turns an allowance into a denial', () => {
    fc.assert(
      fc.property(situation, own(fc.constant('Allow')), theirs(fc.constant('Allow')), (before, mine, its) => {
        const after = { ...before, identity: [...before.identity, mine], attached: [...before.attached, its] };
        if (ask(before) === 'allowed') expect(ask(after)).toBe('allowed');
      }),
      { numRuns: 1000 },
    );
  });

  test('the order of statements means nothing', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const turned = { ...given, identity: given.identity.toReversed(), attached: given.attached.toReversed() };
        expect(ask(turned)).toBe(ask(given));
      }),
    );
  });

  test('without any Allow nothing is allowed', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const denials = (some: readonly Statement[]) => some.filter(({ Effect }) => Effect === 'Deny');
        expect(ask({ ...given, identity: denials(given.identity), attached: denials(given.attached) })).not.toBe(
          'allowed',
        );
      }),
    );
  });

  test('a Deny of everything denies', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const identity = [...given.identity, deny({ Action: '*', Resource: '*' })];
        expect(ask({ ...given, identity })).toBe('denied by identity-based');
      }),
    );
  });
});
