import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Caller } from '#shared/contracts/scopes.ts';

/** The value of a header, whatever the case of its name: API Gateway passes names on as they came. */
export const headerOf = (event: APIGatewayRequestAuthorizerEvent, name: string): string | undefined =>
  Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];

/**
 * The policy holds for every method of the stage. One for the asked method alone would be wrong as soon as the gateway
 * remembers it for the next request of the same caller.
 */
export const policyFor = (effect: 'Allow' | 'Deny', methodArn: string, caller: Caller): APIGatewayAuthorizerResult => ({
  principalId: caller.client_id,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [
      { Action: 'execute-api:Invoke', Effect: effect, Resource: `${methodArn.split('/').slice(0, 2).join('/')}/*` },
    ],
  },
  context: { ...caller },
});
