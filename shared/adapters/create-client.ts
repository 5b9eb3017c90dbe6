import type { ClientView, CreateClient } from '#shared/contracts/admin.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import {
  type ClientRow,
  clientColumns,
  settingColumns,
  settingsOf,
  toClientView,
  typedSettings,
} from './client-columns.ts';
import { type Sql, SqlError } from './data-api.ts';
import { claimKey, keyParameters, readKeyed } from './keyed.ts';
import { readClient } from './read-clients.ts';

export interface NewClient {
  readonly id: string;
  readonly settings: CreateClient;
  /** For the audit log: without secrets. */
  readonly detail: object;
}

export type CreatedClient =
  | { readonly outcome: 'created' | 'replayed'; readonly client: ClientView }
  | { readonly outcome: 'mismatch' };

const create = `
WITH ${claimKey},
client AS (
  INSERT INTO clients (id, ${settingColumns}, credit_cents)
  SELECT :resource_id::uuid, ${settingsOf('s')}, s.credit_cents
  FROM jsonb_to_record(:settings::jsonb) AS s(${typedSettings}, credit_cents bigint), go
  RETURNING *
),
entry AS (
  INSERT INTO ledger_entries (id, kind, client_id, amount_cents, reason)
  SELECT new_uuid_v7(), 'GRANT', id, credit_cents, 'opening credit' FROM client WHERE credit_cents > 0
),
${auditEntry('client.created', 'client', `'client ' || id`, ':detail::jsonb')}
SELECT ${clientColumns} FROM client c`;

/** Without a key a repetition by the SDK, after a timeout that hid the commit, meets its own row. */
const isWritten = (error: unknown): boolean =>
  error instanceof SqlError && error.sqlState === '23505' && error.message.includes('clients_pkey');

/** Writes a client with its opening credit, the ledger's grant of it and the audit entry: all of it, or nothing. */
export const createClient = async (
  sql: Sql,
  { id, settings, detail }: NewClient,
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<CreatedClient> => {
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor), settings, detail };
  const [row] = await sql<ClientRow>(create, parameters).catch((error: unknown) => {
    if (isWritten(error)) return [];
    throw error;
  });
  if (row) return { outcome: 'created', client: toClientView(row) };
  const known = key && (await readKeyed(sql, actor.clientId, key));
  if (known?.outcome === 'mismatch') return known;
  const writtenId = known?.resourceId ?? id;
  const client = await readClient(sql, writtenId);
  if (!client) throw new Error('The client was neither written nor known');
  return { outcome: writtenId === id ? 'created' : 'replayed', client };
};
