import type { ChangeClient, ClientView } from '#shared/contracts/admin.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import { type ClientRow, clientColumns, settingColumns, settingsOf, toClientView } from './client-columns.ts';
import type { Sql } from './data-api.ts';
import { claimKey, keyParameters, readKeyed } from './keyed.ts';
import { readClient } from './read-clients.ts';

/** What the changes do not name stays as the row has it once it is locked: two changes side by side lose nothing. */
const change = `
WITH changed AS (
  UPDATE clients c SET (${settingColumns}) =
    (SELECT ${settingsOf('n')} FROM jsonb_populate_record(c, :changes::jsonb) n)
  WHERE c.id = :id::uuid
  RETURNING *
),
${auditEntry('client.changed', 'changed', `'client ' || id`, ':detail::jsonb')}
SELECT ${clientColumns} FROM changed c`;

export interface ClientChange {
  readonly id: string;
  readonly changes: ChangeClient;
  /** For the audit log: without secrets. */
  readonly detail: object;
}

/** @returns null when there is no such client. */
export const changeClient = async (
  sql: Sql,
  { id, changes, detail }: ClientChange,
  actor: Actor,
): Promise<ClientView | null> => {
  const [row] = await sql<ClientRow>(change, { id, changes, detail, ...actorParameters(actor) });
  return row ? toClientView(row) : null;
};

const turn = (action: string, set: string, when: string): string => `
WITH ${claimKey},
changed AS (UPDATE clients c SET ${set} FROM go WHERE c.id = :resource_id::uuid AND ${when} RETURNING c.id),
${auditEntry(action, 'changed', `'client ' || id`)}
SELECT 1 AS went FROM go`;

const suspend = turn('client.suspended', 'suspended_at = now()', 'c.suspended_at IS NULL');
const resume = turn('client.resumed', 'suspended_at = NULL', 'c.suspended_at IS NOT NULL');

export type TurnedClient =
  | { readonly outcome: 'turned' | 'replayed'; readonly client: ClientView }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'no-such-client' };

/**
 * Suspends a client, or lets it go on; one that is so already stays as it is. Repeated under its key, neither undoes
 * what has been done since.
 */
export const turnClient = async (
  sql: Sql,
  id: string,
  to: 'suspended' | 'active',
  actor: Actor,
  key: IdempotencyKey | null,
): Promise<TurnedClient> => {
  const parameters = { ...keyParameters(actor.clientId, key, id), ...actorParameters(actor) };
  const went = await sql(to === 'suspended' ? suspend : resume, parameters);
  const known = went.length === 0 && key ? await readKeyed(sql, actor.clientId, key) : null;
  if (known?.outcome === 'mismatch') return known;
  const client = await readClient(sql, id);
  return client ? { outcome: known ? 'replayed' : 'turned', client } : { outcome: 'no-such-client' };
};
