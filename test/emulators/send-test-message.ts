import type { AcceptedMessage, MessageView } from '#shared/contracts/messages.ts';
import type { Stage } from '../../infra/config.ts';
import { createApiClient } from '../support/api-client.ts';
import { issueClient } from '../support/issue-client.ts';
import { until } from '../support/until.ts';
import type { DatabaseOutside } from './database-outside.ts';

/**
 * Sends one message under a test key through a deployed gateway, and waits until it is delivered by the built-in
 * simulator and paid for: authorizer, serve-api, queue, simulate-delivery, queue, settle-outcomes.
 *
 * @throws Error with the answer that was another than it should be.
 */
export const sendTestMessage = async (deployed: {
  readonly apiUrl: string;
  /** The emulator's. */
  readonly endpoint: string;
  readonly stage: Stage;
  readonly database: DatabaseOutside;
}): Promise<void> => {
  const { apiUrl, endpoint, stage, database } = deployed;
  const operator = {
    endpoints: { secretsManager: endpoint },
    operatorCredentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const { apiKey } = await issueClient(operator, database, { creditCents: 1_000, isTest: true, stage });
  const { call } = createApiClient(apiUrl, apiKey);
  const refused = await call('POST', '/v1/messages', { key: null, body: { to: '+491700000009', text: 'Hello' } });
  console.log(`POST /v1/messages without a key: ${refused.status}`);
  if (refused.status !== 401) throw new Error(`It was not refused: ${refused.text}`);
  const accepted = await call<AcceptedMessage>('POST', '/v1/messages', {
    body: { to: '+491700000009', text: 'Hello' },
  });
  console.log(`POST /v1/messages: ${accepted.status} ${accepted.text}`);
  if (accepted.status !== 202) throw new Error(`It was not accepted: ${accepted.text}`);
  const delivered = await until('the message is delivered', async () => {
    const { body } = await call<MessageView>('GET', `/v1/messages/${accepted.body.id}`);
    return body.final_at !== null && body;
  });
  console.log(`GET /v1/messages/${delivered.id}: ${delivered.status}`);
  if (delivered.status !== 'DELIVERED') throw new Error(`It ended as ${delivered.status}.`);
};
