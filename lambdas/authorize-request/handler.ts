import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { compare } from 'bcryptjs';
import * as z from 'zod';
import { connectApiKeys } from '#shared/adapters/api-keys.ts';
import { connectClientLimits } from '#shared/adapters/client-limits.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf, tokenIssuerEnv, tokenIssuerOf } from '#shared/adapters/environment.ts';
import { connectSecrets } from '#shared/adapters/secrets.ts';
import { connectTokens } from '#shared/adapters/tokens.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { createKeyAuthorizer } from './authorize-key.ts';
import { createAuthorizer } from './authorize-request.ts';
import { createTokenAuthorizer } from './authorize-token.ts';
import { headerOf, policyFor } from './authorizer-answer.ts';

const env = readEnv({
  ...databaseEnv,
  ...tokenIssuerEnv,
  KEY_CHECK_SECRET_ARN: z.string().min(1),
});

const sql = connectSql(databaseOf(env));
const secrets = connectSecrets();

const tokenIssuer = tokenIssuerOf(env);

const byKey = createKeyAuthorizer({
  apiKeys: connectApiKeys(sql),
  pepper: () => secrets(env.KEY_CHECK_SECRET_ARN),
  // bcryptjs computes on the only thread. A function process has one request at a time, so nobody waits behind it.
  compare,
  now: Date.now,
});

const byToken =
  tokenIssuer &&
  createTokenAuthorizer({ verify: connectTokens(tokenIssuer), clients: connectClientLimits(sql), now: Date.now });

const authorize = createAuthorizer({ byKey, byToken });

/** The message by which API Gateway answers 401; any other error is a 500. */
const unauthorized = 'Unauthorized';

const authorizeRequest = async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
  const authorization = await authorize({
    apiKey: headerOf(event, 'x-api-key'),
    authorization: headerOf(event, 'authorization'),
  });
  if (authorization.outcome === 'refused') {
    metrics.addMetric('CredentialsRefused', 'Count', 1);
    logger.info('Credentials were refused', { reason: authorization.reason, detail: authorization.detail });
    throw new Error(unauthorized);
  }
  return policyFor(authorization.outcome === 'allowed' ? 'Allow' : 'Deny', event.methodArn, authorization.caller);
};

/** Lambda counts a 401 as an error of the function, so what must alarm is counted apart. */
const reportFault = ({ error }: { readonly error: Error | null | undefined }) => {
  if (error?.message !== unauthorized) {
    metrics.addMetric('AuthorizerFaulted', 'Count', 1);
    logger.error('A request could not be authorized', { error });
  }
  publishMetrics();
};

export const handler = middy(authorizeRequest)
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .onError(reportFault);
