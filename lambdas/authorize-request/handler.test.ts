import { fileURLToPath } from 'node:url';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import { hash } from 'bcryptjs';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { issueApiKey } from '#shared/domain/api-key.ts';
import type { Gate } from '../../local/services/gate.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { makeSigningKey, signToken, startTokenIssuer, type TokenIssuer } from '../../test/support/token-issuer.ts';

const gate: Gate = { identify: () => 'test', authorize: () => ({ allowed: true }) };
const pepper = 'the pepper';
const secret = 's'.repeat(32);
const [active, suspended] = [v7(), v7()];
const stage = 'arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev';

const signingKey = makeSigningKey('k1');

let database: TestDatabase;
let issuer: TokenIssuer;
let secretsManager: SecretsManager;
let handler: (event: APIGatewayRequestAuthorizerEvent, context: Context) => Promise<APIGatewayAuthorizerResult>;

const insertKey = async (keyId: string, clientId: string, columns: { expires?: Date; revoked?: Date } = {}) => {
  await database.query(
    `INSERT INTO api_keys (id, client_id, secret_hash, scopes, expires_at, revoked_at)
     VALUES ($1, $2, $3, '{messages:read,messages:write}', $4, $5)`,
    [keyId, clientId, await hash(secret, 4), columns.expires ?? null, columns.revoked ?? null],
  );
};

beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
  secretsManager = await startSecretsManager({ gate });
  issuer = await startTokenIssuer(signingKey);
  const { accessKeyId, secretAccessKey } = await database.client.config.credentials();
  const environment = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL_RDS_DATA: database.dataApiUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
    DATABASE_CLUSTER_ARN: database.clusterArn,
    DATABASE_SECRET_ARN: database.secretArn,
    DATABASE_NAME: database.databaseName,
    JWT_ISSUER: issuer.issuer,
    JWT_AUDIENCE: 'signalbox',
    JWT_JWKS_URI: issuer.jwksUri,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const created = await new SecretsManagerClient().send(new CreateSecretCommand({ Name: 'k', SecretString: pepper }));
  vi.stubEnv('KEY_CHECK_SECRET_ARN', created.ARN ?? '');
  for (const [id, since] of [[active, null] as const, [suspended, new Date()] as const])
    await database.query('INSERT INTO clients (id, name, part_price_cents, suspended_at) VALUES ($1, $2, 1, $3)', [
      id,
      'a client',
      since,
    ]);
  await insertKey('activeactive', active);
  await insertKey('suspendedsus', suspended);
  await insertKey('expiredexpir', active, { expires: new Date(Date.now() - 1_000) });
  await insertKey('revokedrevok', active, { revoked: new Date(Date.now() - 1_000) });
  ({ handler } = await import('./handler.ts'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await issuer.stop();
  await secretsManager.stop();
  await database.stop();
});

const ask = (headers: Record<string, string> | null) => {
  const event = { type: 'REQUEST', methodArn: `${stage}/POST/v1/messages`, headers };
  return handler(event as unknown as APIGatewayRequestAuthorizerEvent, {} as Context);
};
const keyOf = (keyId: string) => issueApiKey({ keyId, secret, pepper });

test('a good key is allowed the whole stage, and serve-api is told whose it is', async () => {
  const answer = await ask({ 'X-API-Key': keyOf('activeactive') });
  expect(answer).toEqual({
    principalId: active,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: `${stage}/*` }],
    },
    context: {
      client_id: active,
      key_id: 'activeactive',
      scopes: 'messages:read messages:write',
      is_test: 'false',
      rate_per_second: '100',
      burst: '200',
      national_languages: '',
    },
  });
});

const tokenOf = (clientId: string, given: object = {}) => {
  const claims = { iss: issuer.issuer, aud: 'signalbox', exp: Math.floor(Date.now() / 1000) + 60, sub: 'somebody' };
  return signToken(signingKey, { ...claims, signalbox_client_id: clientId, scope: 'messages:read email', ...given });
};
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

test('a good token is allowed the whole stage, and serve-api is told of whom', async () => {
  const answer = await ask(bearer(tokenOf(active)));
  expect(answer.policyDocument.Statement).toMatchObject([{ Effect: 'Allow', Resource: `${stage}/*` }]);
  expect(answer.context).toMatchObject({ client_id: active, key_id: 'jwt:somebody', scopes: 'messages:read' });
});

test('a token of a suspended client is denied, which the gateway answers 403', async () => {
  const answer = await ask(bearer(tokenOf(suspended)));
  expect(answer.policyDocument.Statement).toMatchObject([{ Effect: 'Deny' }]);
});

test.each<readonly [string, () => Record<string, string>]>([
  ['with an API key beside it', () => ({ ...bearer(tokenOf(active)), 'x-api-key': keyOf('activeactive') })],
  ['that is expired', () => bearer(tokenOf(active, { exp: Math.floor(Date.now() / 1000) - 1 }))],
  ['of another issuer', () => bearer(tokenOf(active, { iss: 'https://example.com' }))],
  ['for another audience', () => bearer(tokenOf(active, { aud: 'another' }))],
  ['of nobody', () => bearer(tokenOf(active, { signalbox_client_id: undefined }))],
  ['of an unknown client', () => bearer(tokenOf(v7()))],
  ['without an end', () => bearer(tokenOf(active, { exp: undefined }))],
])('a token %s is thrown as Unauthorized, which the gateway answers 401', async (_, headers) => {
  await expect(ask(headers())).rejects.toThrow(/^Unauthorized$/);
});

test('a key of a suspended client is denied, which the gateway answers 403', async () => {
  const answer = await ask({ 'x-api-key': keyOf('suspendedsus') });
  expect(answer.policyDocument.Statement).toMatchObject([{ Effect: 'Deny' }]);
});

test.each([
  ['no header', null],
  ['a token that nobody signed', { Authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln' }],
  ['a malformed key', { 'x-api-key': 'sbk_x' }],
  ['a forged key', { 'x-api-key': issueApiKey({ keyId: 'activeactive', secret, pepper: 'guessed' }) }],
  ['an unknown key', { 'x-api-key': keyOf('unknownunkno') }],
  ['a wrong secret', { 'x-api-key': issueApiKey({ keyId: 'activeactive', secret: 'w'.repeat(32), pepper }) }],
  ['an expired key', { 'x-api-key': keyOf('expiredexpir') }],
  ['a revoked key', { 'x-api-key': keyOf('revokedrevok') }],
])('%s is thrown as Unauthorized, which the gateway answers 401', async (_, headers) => {
  await expect(ask(headers)).rejects.toThrow(/^Unauthorized$/);
});
