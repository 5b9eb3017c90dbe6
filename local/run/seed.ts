import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import bcrypt from 'bcryptjs';
import pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import { connectSmallSecrets } from '#shared/adapters/small-secrets.ts';
import { issueApiKey, toBase32 } from '#shared/domain/api-key.ts';
import type { DevCloud } from '../cloud/dev-cloud.ts';
import { seedDemoCarousel } from './seed-carousel.ts';
import { seedDemoCas } from './seed-cas.ts';

/** The client that a local run makes for the person who started it. */
export interface DemoClient {
  readonly clientId: string;
  readonly apiKey: string;
  readonly adminApiKey: string;
  /** What callbacks to the client are signed with. */
  readonly callbackSecret: string;
}

const name = 'Demo';
const openingCreditCents = 1_000_000;
const partPriceCents = 5;
const clientScopes = ['messages:read', 'messages:write', 'pushes:read', 'pushes:write', 'cas:read', 'cas:write'];

type Database = pg.Client;

const findOrCreate = async (database: Database): Promise<string> => {
  const { rows } = await database.query<{ id: string }>('SELECT id FROM clients WHERE name = $1 LIMIT 1', [name]);
  if (rows[0]) return rows[0].id;
  const id = uuidV7();
  await database.query(
    `WITH client AS (INSERT INTO clients (id, name, credit_cents, part_price_cents, rate_per_second, burst)
       VALUES ($1, $2, $3, $4, 1000, 2000))
     INSERT INTO ledger_entries (id, kind, client_id, amount_cents, reason) VALUES ($5, 'GRANT', $1, $3, 'opening credit')`,
    [id, name, openingCreditCents, partPriceCents, uuidV7()],
  );
  return id;
};

const issueKey = async (database: Database, clientId: string, pepper: string, scopes: readonly string[]) => {
  const keyId = toBase32(randomBytes(8));
  const secret = toBase32(randomBytes(20));
  await database.query('INSERT INTO api_keys (id, client_id, secret_hash, scopes) VALUES ($1, $2, $3, $4)', [
    keyId,
    clientId,
    await bcrypt.hash(secret, 10),
    scopes,
  ]);
  return issueApiKey({ keyId, secret, pepper });
};

const setCallbacks = async (database: Database, clientId: string, url: string, ciphertext: string): Promise<void> => {
  const secrets = JSON.stringify([
    { id: uuidV7(), ciphertext_base64: ciphertext, created_at: new Date().toISOString() },
  ]);
  await database.query('UPDATE clients SET callback_url = $2, callback_secrets = $3 WHERE id = $1', [
    clientId,
    url,
    secrets,
  ]);
};

/** Queues are in memory and the database is not: what stood on them before the last stop is to be queued again. */
const requeue = async (database: Database): Promise<void> => {
  await database.query(
    `UPDATE messages SET queued_at = NULL WHERE state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN')`,
  );
  await database.query(`UPDATE callbacks SET queued_at = NULL WHERE state = 'PENDING'`);
  await database.query('UPDATE sms_requests SET queued_at = NULL WHERE processed_at IS NULL');
  // The simulators have forgotten what was under way to their cards, whose lines would wait for it.
  await database.query(
    `SELECT give_push_back(id, call_id, true, 'the local run was stopped') FROM pushes WHERE state = 'BUILDING'`,
  );
  await database.query(
    `UPDATE pushes SET state = 'UNKNOWN', failure = 'the local run was stopped', final_at = now()
     WHERE state IN ('SENDING', 'AWAITING_POR')`,
  );
};

/** AWS as the operator of the dev cloud uses it. */
export const connectOperator = (cloud: DevCloud) => {
  const credentials = cloud.operatorCredentials;
  const common = { region: 'eu-central-1', credentials };
  return {
    kms: new KMSClient({ ...common, endpoint: cloud.endpoints.kms }),
    secretsManager: new SecretsManagerClient({ ...common, endpoint: cloud.endpoints.secretsManager }),
  };
};

/**
 * Makes the demo client with its credit and its CA system where there is none yet, and new keys and a new callback secret for it: only
 * their hashes and ciphertexts are kept, so those of an earlier run cannot be shown again. They are removed.
 */
export const seedDemoClient = async (
  cloud: DevCloud,
  callbacksUrl: string,
  prefix: string,
  mux: { readonly host: string; readonly port: number },
): Promise<DemoClient> => {
  const { kms, secretsManager } = connectOperator(cloud);
  const database = new pg.Client({ connectionString: cloud.database.connectionString });
  await database.connect();
  try {
    const clientId = await findOrCreate(database);
    await requeue(database);
    await seedDemoCas(database, { kms, clientId, prefix });
    await seedDemoCarousel(database, clientId, mux);
    await database.query('DELETE FROM api_keys WHERE client_id = $1', [clientId]);
    const pepper = await secretsManager.send(new GetSecretValueCommand({ SecretId: `${prefix}/key-check` }));
    const callbackSecret = toBase32(randomBytes(20));
    const secrets = connectSmallSecrets(`alias/${prefix}-callbacks`, kms);
    const context = { client_id: clientId, purpose: 'callback-signing' };
    await setCallbacks(database, clientId, callbacksUrl, await secrets.encrypt(Buffer.from(callbackSecret), context));
    const issue = (scopes: readonly string[]) => issueKey(database, clientId, pepper.SecretString ?? '', scopes);
    return { clientId, apiKey: await issue(clientScopes), adminApiKey: await issue(['admin']), callbackSecret };
  } finally {
    await database.end();
  }
};
