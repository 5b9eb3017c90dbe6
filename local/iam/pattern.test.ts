import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, type Wildcards } from './pattern.ts';
import { requestContext } from './request-context.ts';

const context = requestContext({ 'aws:PrincipalArn': 'arn:aws:iam::000000000000:role/a*b' });
const matches = (pattern: string, value: string, wildcards: Wildcards, caseless = false): boolean =>
  compilePattern(pattern, { wildcards, caseless }).matches(value, context);

describe.each<[Wildcards, string, string, boolean]>([
  ['any', 'sqs:*', 'sqs:SendMessage', true],
  ['any', 'sqs:Send?essage', 'sqs:SendMessage', true],
  ['any', 's*e', 'a:b:c/e', false],
  ['any', 'a*c', 'a:b:c', true],
  ['none', 'a*', 'ab', false],
  ['none', 'a*', 'a*', true],
  ['none', 'a.c', 'abc', false],
  ['arn', 'arn:aws:sqs:*:1:q*', 'arn:aws:sqs:eu:1:queue', true],
  ['arn', 'arn:aws:sqs:*:q', 'arn:aws:sqs:eu:1:q', false],
  ['arn', 'arn:aws:logs:eu:1:log-group:*', 'arn:aws:logs:eu:1:log-group:a:log-stream:b', true],
  ['resource', '*', 'arn:aws:sqs:eu:1:q', true],
  ['resource', 'arn:aws:sqs:*', 'arn:aws:sqs:eu:1:q', true],
  ['resource', 'arn:aws:s*s:eu:1:q', 'arn:aws:sqs:eu:1:q', true],
  ['resource', 'arn:aws:s*u:1:q', 'arn:aws:sqs:eu:1:q', false],
  ['resource', 'arn:aws:logs:eu:1:log-group:/a/b:*', 'arn:aws:logs:eu:1:log-group:/a/b:log-stream:c', true],
  ['resource', 'arn:aws:logs:eu:1:log-group:/a/b:*', 'arn:aws:logs:eu:1:log-group:/a/bb:log-stream:c', false],
])('with %s wildcards', (wildcards, pattern, value, expected) => {
  test(`${pattern} ${expected ? 'matches' : 'does not match'} ${value}`, () => {
    expect(matches(pattern, value, wildcards)).toBe(expected);
  });
});

test('case counts unless it is said not to', () => {
  expect(matches('sqs:sendmessage', 'sqs:SendMessage', 'any')).toBe(false);
  expect(matches('sqs:sendmessage', 'sqs:SendMessage', 'any', true)).toBe(true);
});

test('a policy variable stands for the value of the request, in which no wildcard is one', () => {
  const pattern = '$' + '{aws:PrincipalArn}/x';
  expect(matches(pattern, 'arn:aws:iam::000000000000:role/a*b/x', 'any')).toBe(true);
  expect(matches(pattern, 'arn:aws:iam::000000000000:role/acb/x', 'any')).toBe(false);
});

test('a policy variable without a value matches nothing, unless it has a default', () => {
  expect(matches('a$' + '{kms:ViaService}', 'a', 'any')).toBe(false);
  expect(matches('a$' + "{kms:ViaService, 'b'}", 'ab', 'any')).toBe(true);
});

test('the characters of wildcards can be written as themselves', () => {
  expect(matches('a$' + '{*}c', 'a*c', 'any')).toBe(true);
  expect(matches('a$' + '{*}c', 'abc', 'any')).toBe(false);
});

test('a policy variable that is not known is refused', () => {
  expect(() => compilePattern('$' + '{aws:TokenIssueTime}', { wildcards: 'any' })).toThrow(
    /aws:TokenIssueTime.* not known/,
  );
});

test('without wildcards and variables a pattern matches itself and nothing else', () => {
  const text = fc.string().filter((value) => !/[*?$]/.test(value));
  fc.assert(
    fc.property(
      text,
      text,
      fc.constantFrom<Wildcards>('none', 'any', 'arn', 'resource'),
      (pattern, value, wildcards) => {
        expect(matches(pattern, pattern, wildcards)).toBe(true);
        expect(matches(pattern, value, wildcards)).toBe(pattern === value);
      },
    ),
  );
});
