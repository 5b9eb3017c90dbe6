import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { headerOf, policyFor } from './authorizer-answer.ts';

const caller = {
  client_id: '01910000-0000-7000-8000-000000000001',
  key_id: 'abcdefghijklm',
  scopes: 'admin',
  is_test: 'false' as const,
  rate_per_second: '10',
  burst: '20',
  national_languages: '',
};
const methodArn = 'arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/prod/POST/v1/messages';

test('a policy holds for the whole stage, and tells serve-api who asks', () => {
  expect(policyFor('Allow', methodArn, caller)).toEqual({
    principalId: caller.client_id,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: 'arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/prod/*',
        },
      ],
    },
    context: caller,
  });
});

test('a header is found whatever the case of its name', () => {
  const event = { headers: { 'X-API-Key': 'a', 'x-other': 'b' } } as unknown as APIGatewayRequestAuthorizerEvent;
  expect(headerOf(event, 'x-api-key')).toBe('a');
  expect(headerOf({ ...event, headers: null }, 'x-api-key')).toBeUndefined();
});
