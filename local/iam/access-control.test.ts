import { beforeEach, describe, expect, test } from 'vitest';
import type { ResourcePolicy, Role, Statement } from '../cloud/plan.ts';
import type { Call } from '../services/gate.ts';
import { type AccessControl, createAccessControl } from './access-control.ts';
import { type Denial, describeDenial } from './denial.ts';

const account = '000000000000';
const operator = `arn:aws:iam::${account}:user/operator`;
const roleArn = `arn:aws:iam::${account}:role/serve-api`;
const queue = `arn:aws:sqs:eu-central-1:${account}:deliveries`;
const table = `arn:aws:dynamodb:eu-central-1:${account}:table/leases`;
const key = `arn:aws:kms:eu-central-1:${account}:key/11111111-2222-4333-8444-555555555555`;

const trust: Statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } };
let statements: Statement[];
let resourcePolicies: ResourcePolicy[];
let encryptionKeys: Map<string, string>;
let denied: Denial[];
let access: AccessControl;
let principal: string;

const allow = (Action: string, Resource: string, more: object = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const call = (action: string, resource: string, context: Call['context'] = {}): Call => ({
  principal,
  service: action.split(':')[0] ?? '',
  action,
  resource,
  context,
});
const start = (role: Partial<Role> = {}): void => {
  const made: Role = { name: 'serve-api', arn: roleArn, trust: [trust], statements, managedPolicyArns: [], ...role };
  const policies = { roles: new Map([[roleArn, made]]), resourcePolicies, encryptionKeys };
  access = createAccessControl({ policies, operator, denied: (denial) => denied.push(denial) });
};

beforeEach(() => {
  statements = [];
  resourcePolicies = [];
  encryptionKeys = new Map();
  denied = [];
  start();
  principal = access.assume({ roleArn, service: 'lambda.amazonaws.com', sessionName: 'serve-api' });
});

test('a session is named as AWS names it, and what its role may do, it may', () => {
  expect(principal).toBe(`arn:aws:sts::${account}:assumed-role/serve-api/serve-api`);
  statements.push(allow('sqs:SendMessage', queue));
  expect(access.authorize(call('sqs:SendMessage', queue))).toEqual({ allowed: true });
  expect(access.uses()).toEqual([{ statement: statements[0], action: 'sqs:SendMessage', resource: queue }]);
});

test('a role that trusts somebody else is not taken on, in the words of STS', () => {
  const taking = () => access.assume({ roleArn, service: 'ecs-tasks.amazonaws.com', sessionName: 'x' });
  expect(taking).toThrow(
    `User: ecs-tasks.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${roleArn} because no role trust policy allows the sts:AssumeRole action`,
  );
});

test('a denial says why in the words of AWS', () => {
  const verdict = access.authorize(call('sqs:SendMessage', queue));
  expect(verdict).toMatchObject({
    allowed: false,
    reason: 'because no identity-based policy allows the sqs:SendMessage action',
  });
  statements.push(allow('sqs:*', '*'), { ...allow('sqs:SendMessage', queue), Effect: 'Deny' });
  expect(access.authorize(call('sqs:SendMessage', queue))).toMatchObject({
    reason: 'with an explicit deny in an identity-based policy',
  });
});

test('the log names role, action, resource, conditions and the statement that is missing, once', () => {
  const refused = call('kms:Decrypt', key, { 'kms:EncryptionContext:purpose': 'emm' });
  access.authorize(refused);
  access.authorize(refused);
  expect(denied.map(describeDenial)).toEqual([
    `IAM: serve-api is denied kms:Decrypt on ${key} because no identity-based policy allows the kms:Decrypt action. Missing: {"Effect":"Allow","Action":"kms:Decrypt","Resource":"${key}"} (conditions of the call: kms:EncryptionContext:purpose=emm)`,
  ]);
  expect(access.denials()).toEqual(denied);
});

test('the log names the statement that says no', () => {
  const no = { ...allow('sqs:*', queue), Effect: 'Deny' };
  statements.push(no);
  access.authorize(call('sqs:SendMessage', queue));
  expect(denied.map(describeDenial)[0]).toContain(`Denied by: ${JSON.stringify(no)}`);
});

test('the operator may do everything, and uses no grant by it', () => {
  expect(access.authorize({ ...call('kms:Decrypt', key), principal: operator })).toEqual({ allowed: true });
  expect(access.uses()).toEqual([]);
});

test('who has no role may do nothing', () => {
  expect(access.authorize({ ...call('sqs:SendMessage', queue), principal: 'somebody' }).allowed).toBe(false);
});

test('the endpoints count as TLS, so that a policy which demands it lets calls through', () => {
  statements.push(allow('sqs:SendMessage', queue));
  const demandsTls = (secure: string): Statement => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource: queue,
    Condition: { Bool: { 'aws:SecureTransport': secure } },
  });
  resourcePolicies.push({ resourceArn: queue, statements: [demandsTls('false')] });
  expect(access.authorize(call('sqs:SendMessage', queue)).allowed).toBe(true);
  resourcePolicies.push({ resourceArn: queue, statements: [demandsTls('true')] });
  expect(access.authorize(call('sqs:SendMessage', queue))).toMatchObject({
    reason: 'with an explicit deny in a resource-based policy',
  });
});

test("a function's own calls are told apart from those that Lambda makes in its role's name", () => {
  const source = `arn:aws:lambda:eu-central-1:${account}:function:serve-api`;
  const Condition = { ArnEquals: { 'lambda:SourceFunctionArn': source } };
  statements.push(allow('ec2:*', '*'), { ...allow('ec2:*', '*', { Condition }), Effect: 'Deny' });
  expect(access.authorize(call('ec2:CreateNetworkInterface', '*')).allowed).toBe(true);
  const context = { 'lambda:SourceFunctionArn': source };
  principal = access.assume({ roleArn, service: 'lambda.amazonaws.com', sessionName: 'own', context });
  expect(access.authorize(call('ec2:CreateNetworkInterface', '*')).allowed).toBe(false);
});

describe('a key', () => {
  const identity = allow('kms:Decrypt', key);

  test('without a policy leaves it to IAM, as a new key does', () => {
    statements.push(identity);
    expect(access.authorize(call('kms:Decrypt', key)).allowed).toBe(true);
  });

  test('whose policy wants an encryption context is used within that context only', () => {
    statements.push(identity);
    const Principal = { AWS: `arn:aws:iam::${account}:root` };
    const Condition = { StringEquals: { 'kms:EncryptionContext:purpose': 'callback-signing' } };
    resourcePolicies.push({ resourceArn: key, statements: [allow('kms:*', '*', { Principal, Condition })] });
    const within = { 'kms:EncryptionContext:purpose': 'callback-signing' };
    expect(access.authorize(call('kms:Decrypt', key, within)).allowed).toBe(true);
    expect(access.authorize(call('kms:Decrypt', key))).toMatchObject({
      reason: 'because no resource-based policy allows the kms:Decrypt action',
    });
  });
});

test("a table under a customer's key needs the key as well, through DynamoDB alone", () => {
  encryptionKeys.set(table, key);
  statements.push(allow('dynamodb:UpdateItem', table));
  expect(access.authorize(call('dynamodb:UpdateItem', table))).toMatchObject({
    allowed: false,
    call: { action: 'kms:Decrypt', resource: key },
  });
  const Condition = { StringEquals: { 'kms:ViaService': 'dynamodb.eu-central-1.amazonaws.com' } };
  statements.push(allow('kms:Decrypt', key, { Condition }));
  expect(access.authorize(call('dynamodb:UpdateItem', table)).allowed).toBe(true);
  expect(access.authorize(call('kms:Decrypt', key)).allowed).toBe(false);
});

test.each<[string, Partial<Role>, RegExp]>([
  ['a statement that is not understood', { statements: [allow('SendMessage', '*')] }, /role\/serve-api.*not an action/],
  ['a trust policy that is not understood', { trust: [{ ...trust, Resource: '*' }] }, /names no resource/],
  ['a managed policy', { managedPolicyArns: ['arn:aws:iam::aws:policy/Admin'] }, /serve-api has managed policies/],
])('%s is refused before anything runs', (_, role, reason) => {
  start(role);
  expect(() => access.verify()).toThrow(reason);
});
