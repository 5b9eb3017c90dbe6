import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConditions } from './conditions.ts';
import { type ContextValues, requestContext } from './request-context.ts';

const holds = (block: object, values: ContextValues): boolean => {
  const context = requestContext(values);
  return readConditions(block).every((condition) => condition(context));
};

const queue = 'arn:aws:sqs:eu-central-1:000000000000:outcomes';
const purpose = 'kms:EncryptionContext:purpose';

describe.each<[object, ContextValues, boolean]>([
  [{ StringEquals: { [purpose]: 'emm' } }, { [purpose]: 'emm' }, true],
  [{ StringEquals: { [purpose]: ['card', 'emm'] } }, { [purpose]: 'emm' }, true],
  [{ StringEquals: { [purpose]: 'emm' } }, { [purpose]: 'EMM' }, false],
  [{ StringEqualsIgnoreCase: { [purpose]: 'emm' } }, { [purpose]: 'EMM' }, true],
  [{ StringEquals: { [purpose]: 'emm' } }, {}, false],
  [{ StringEqualsIfExists: { [purpose]: 'emm' } }, {}, true],
  [{ StringEqualsIfExists: { [purpose]: 'emm' } }, { [purpose]: 'card' }, false],
  [{ StringNotEquals: { [purpose]: ['emm', 'card'] } }, { [purpose]: 'card' }, false],
  [{ StringNotEquals: { [purpose]: ['emm', 'card'] } }, { [purpose]: 'other' }, true],
  [{ StringNotEquals: { [purpose]: 'emm' } }, {}, true],
  [{ StringNotEqualsIgnoreCase: { [purpose]: 'emm' } }, { [purpose]: 'EMM' }, false],
  [{ StringLike: { [purpose]: 'e*m' } }, { [purpose]: 'emm' }, true],
  [{ StringNotLike: { [purpose]: 'e*' } }, { [purpose]: 'emm' }, false],
  [{ ArnEquals: { 'aws:SourceArn': 'arn:aws:sqs:*:000000000000:outcomes' } }, { 'aws:SourceArn': queue }, true],
  [{ ArnLike: { 'AWS:SourceArn': 'arn:aws:sqs:*:outcomes' } }, { 'aws:SourceArn': queue }, false],
  [{ ArnNotLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } }, { 'aws:SourceArn': queue }, true],
  [{ Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:SecureTransport': 'true' }, false],
  [{ Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': 'true' }, true],
  [{ BoolIfExists: { 'aws:SecureTransport': 'false' } }, {}, true],
  [{ Null: { 'kms:ViaService': 'true' } }, {}, true],
  [{ Null: { 'kms:ViaService': 'true' } }, { 'kms:ViaService': 'sqs' }, false],
  [{ Null: { 'kms:ViaService': 'false' } }, { 'kms:ViaService': 'sqs' }, true],
  [{ NumericLessThan: { [purpose]: 10 } }, { [purpose]: '9.5' }, true],
  [{ NumericGreaterThanEquals: { [purpose]: '10' } }, { [purpose]: '10' }, true],
  [{ NumericGreaterThan: { [purpose]: '10' } }, { [purpose]: 'many' }, false],
  [{ NumericNotEquals: { [purpose]: 10 } }, { [purpose]: '11' }, true],
  [
    { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['a', 'b'] } },
    { 'kms:EncryptionContextKeys': ['a'] },
    true,
  ],
  [
    { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['a'] } },
    { 'kms:EncryptionContextKeys': ['a', 'b'] },
    false,
  ],
  [{ 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['a'] } }, {}, true],
  [
    { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['a'] } },
    { 'kms:EncryptionContextKeys': ['a', 'b'] },
    true,
  ],
  [
    { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': ['c'] } },
    { 'kms:EncryptionContextKeys': ['a', 'b'] },
    false,
  ],
  [{ 'ForAnyValue:StringNotEquals': { 'kms:EncryptionContextKeys': ['a'] } }, {}, false],
  [
    { 'ForAllValues:StringNotLike': { 'kms:EncryptionContextKeys': ['x*'] } },
    { 'kms:EncryptionContextKeys': ['a', 'xb'] },
    false,
  ],
  [
    { StringEquals: { 'aws:PrincipalArn': '$' + '{aws:SourceArn}' } },
    { 'aws:PrincipalArn': queue, 'aws:SourceArn': queue },
    true,
  ],
  [{ StringEquals: { 'AWS:SOURCEARN': queue, [purpose]: 'emm' } }, { 'aws:SourceArn': queue }, false],
  [{ StringEquals: { [purpose]: 'emm' }, Bool: { 'aws:SecureTransport': 'true' } }, { [purpose]: 'emm' }, false],
])('%j', (block, values, expected) => {
  test(`${expected ? 'holds' : 'does not hold'} for ${JSON.stringify(values)}`, () => {
    expect(holds(block, values)).toBe(expected);
  });
});

test.each([
  [{ DateLessThan: { 'aws:SourceArn': '2026-11-21T00:00:00Z' } }, /operator DateLessThan/],
  [{ StringEqual: { 'aws:SourceArn': 'x' } }, /operator StringEqual /],
  [{ StringEquals: { 'aws:PrincipalTag/team': 'x' } }, /key aws:PrincipalTag\/team/],
  [{ Null: { 'sqs:Colour': 'true' } }, /key sqs:Colour/],
  [{ StringEquals: { 'kms:EncryptionContextKeys': 'x' } }, /needs ForAllValues or ForAnyValue/],
  [{ Bool: { 'aws:SecureTransport': 'maybe' } }, /maybe is neither true nor false/],
  [{ NumericEquals: { 'aws:SourceAccount': 'many' } }, /many is not a number/],
  [{ StringEquals: 'x' }, /does not parse/],
])('%j is refused rather than passed over', (block, reason) => {
  expect(() => readConditions(block)).toThrow(reason);
});

test('of a key that is there, a negated operator holds exactly where its positive one does not', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 4 });
  const pairs = fc.constantFrom(['StringEquals', 'StringNotEquals'], ['StringLike', 'StringNotLike']);
  fc.assert(
    fc.property(pairs, fc.array(word, { minLength: 1 }), word, ([positive = '', negative = ''], expected, actual) => {
      const said = { [purpose]: actual };
      expect(holds({ [negative]: { [purpose]: expected } }, said)).toBe(
        !holds({ [positive]: { [purpose]: expected } }, said),
      );
    }),
  );
});
