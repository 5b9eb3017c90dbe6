import { expect, test } from 'vitest';
import type { Template } from './assembly.ts';
import { referencesIn, resolve, type Scope } from './intrinsics.ts';

const template: Template = {
  Parameters: {},
  Mappings: { Sizes: { small: { memory: 128 } } },
  Conditions: {
    IsLocal: { 'Fn::Equals': [{ Ref: 'Stage' }, 'local'] },
    IsFar: { 'Fn::Not': [{ Condition: 'IsLocal' }] },
    Both: { 'Fn::And': [{ Condition: 'IsLocal' }, { Condition: 'IsFar' }] },
    Either: { 'Fn::Or': [{ Condition: 'IsLocal' }, { Condition: 'IsFar' }] },
  },
  Resources: {},
  Outputs: {},
};

const scope: Scope = {
  where: 'shop/Thing',
  stackName: 'shop',
  template,
  parameters: { Stage: 'local' },
  ref: (logicalId) => (logicalId === 'Orders' ? 'https://queues/orders' : undefined),
  attribute: (logicalId, name) => (logicalId === 'Orders' && name === 'Arn' ? 'arn:aws:sqs:x:y:orders' : undefined),
  importValue: (name) => (name === 'other:Table' ? 'table-1' : undefined),
};

test.each([
  ['a parameter', { Ref: 'Stage' }, 'local'],
  ['a resource', { Ref: 'Orders' }, 'https://queues/orders'],
  ['a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-central-1'],
  ['an attribute as a list', { 'Fn::GetAtt': ['Orders', 'Arn'] }, 'arn:aws:sqs:x:y:orders'],
  ['an attribute as text', { 'Fn::GetAtt': 'Orders.Arn' }, 'arn:aws:sqs:x:y:orders'],
  ['a join', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-local'],
  ['a split', { 'Fn::Split': [':', { 'Fn::GetAtt': ['Orders', 'Arn'] }] }, ['arn', 'aws', 'sqs', 'x', 'y', 'orders']],
  ['a selection', { 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
  [
    'a substitution',
    { 'Fn::Sub': '$' + '{Stage}/$' + '{Orders.Arn}/$' + '{!Kept}' },
    'local/arn:aws:sqs:x:y:orders/$' + '{Kept}',
  ],
  [
    'a substitution with variables',
    { 'Fn::Sub': ['$' + '{A}-$' + '{AWS::AccountId}', { A: { Ref: 'Stage' } }] },
    'local-000000000000',
  ],
  ['an import', { 'Fn::ImportValue': 'other:Table' }, 'table-1'],
  ['a mapping', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
  ['a choice', { 'Fn::If': ['IsFar', 'far', 'near'] }, 'near'],
  ['an and', { Condition: 'Both' }, false],
  ['an or', { Condition: 'Either' }, true],
  ['zones', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'eu-central-1a'],
  ['base64', { 'Fn::Base64': 'abc' }, 'YWJj'],
])('%s is worked out', (_name, value, expected) => {
  expect(resolve(value, scope)).toEqual(expected);
});

test('AWS::NoValue takes its member or element away', () => {
  const value = {
    kept: 1,
    gone: { Ref: 'AWS::NoValue' },
    list: ['a', { 'Fn::If': ['IsFar', 'b', { Ref: 'AWS::NoValue' }] }],
  };
  expect(resolve(value, scope)).toEqual({ kept: 1, list: ['a'] });
});

test("a policy statement's Condition is no condition of the template", () => {
  const statement = { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } };
  expect(resolve(statement, scope)).toEqual({ Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } } });
});

test.each([
  ['an unknown intrinsic', { 'Fn::Transform': {} }, /Fn::Transform is not known/],
  ['a name that nothing has', { Ref: 'Missing' }, /Ref Missing/],
  ['an attribute that nothing has', { 'Fn::GetAtt': ['Orders', 'Colour'] }, /Orders\.Colour/],
  ['an export that no stack has', { 'Fn::ImportValue': 'nowhere' }, /exports nowhere/],
  ['a selection beyond its list', { 'Fn::Select': [3, ['a']] }, /beyond its list/],
])('%s fails, naming where', (_name, value, reason) => {
  expect(() => resolve(value, scope)).toThrow(/^shop\/Thing: /);
  expect(() => resolve(value, scope)).toThrow(reason);
});

test('references are found however they are written', () => {
  const value = [{ Ref: 'A' }, { 'Fn::GetAtt': ['B', 'Arn'] }, { 'Fn::Sub': '$' + '{C.Arn} $' + '{D} $' + '{!E}' }];
  expect([...referencesIn(value)]).toEqual(['A', 'B', 'C', 'D']);
});
