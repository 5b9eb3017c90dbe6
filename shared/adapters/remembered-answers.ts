import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { hotPathSettings } from './client-settings.ts';

/** An answer that was given under an idempotency key. */
export interface RememberedAnswer {
  /** Of the request as it was read; another request under the key is not answered from here. */
  readonly requestHash: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The fast tier of idempotency. What it does not know, or cannot say just now, the database does. */
export interface RememberedAnswers {
  find(clientId: string, key: string): Promise<RememberedAnswer | undefined>;
  /** To be called only after the commit: an answer that is remembered is true. */
  remember(clientId: string, key: string, answer: RememberedAnswer): Promise<void>;
}

const lifetimeMs = 24 * 3_600_000;
/** DynamoDB's item has at most 400 KB. What is longer, a large batch, is rebuilt from its rows. */
const longestBody = 200_000;

/**
 * Answers in a DynamoDB table: `answer_key` (client and key), `request_hash`, `status`, `headers`, `body`, `expires_at`
 * (ms) and `ttl` (s). The ttl deletes late, so the time is compared too.
 */
export const connectRememberedAnswers = (
  table: string,
  client = new DynamoDBClient(hotPathSettings),
  now: () => number = Date.now,
): RememberedAnswers => ({
  find: async (clientId, key) => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { answer_key: { S: `${clientId} ${key}` } } }),
    );
    if (!Item || Number(Item.expires_at?.N) <= now()) return undefined;
    return {
      requestHash: Item.request_hash?.S ?? '',
      status: Number(Item.status?.N),
      headers: JSON.parse(Item.headers?.S ?? '{}') as Readonly<Record<string, string>>,
      body: Item.body?.S ?? '',
    };
  },
  remember: async (clientId, key, { requestHash, status, headers, body }) => {
    if (body.length > longestBody) return;
    const expiresAt = now() + lifetimeMs;
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          answer_key: { S: `${clientId} ${key}` },
          request_hash: { S: requestHash },
          status: { N: `${status}` },
          headers: { S: JSON.stringify(headers) },
          body: { S: body },
          expires_at: { N: `${expiresAt}` },
          ttl: { N: `${Math.ceil(expiresAt / 1000)}` },
        },
      }),
    );
  },
});
