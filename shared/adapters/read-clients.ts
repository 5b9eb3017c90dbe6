import type { ClientView } from '#shared/contracts/admin.ts';
import { type ClientRow, clientColumns, toClientView } from './client-columns.ts';
import type { Sql } from './data-api.ts';

export const readClient = async (sql: Sql, id: string): Promise<ClientView | null> => {
  const [row] = await sql<ClientRow>(`SELECT ${clientColumns} FROM clients c WHERE c.id = :id::uuid`, { id });
  return row ? toClientView(row) : null;
};

export interface WantedClients {
  /** How the name begins, in any case; null: any. */
  readonly name: string | null;
  /** The id of the last one of the page before; null: from the newest. */
  readonly after: string | null;
  readonly limit: number;
}

const list = `
SELECT ${clientColumns} FROM clients c
WHERE (:after::uuid IS NULL OR c.id < :after::uuid) AND (:name::text IS NULL OR starts_with(lower(c.name), lower(:name)))
ORDER BY c.id DESC LIMIT :limit`;

/** Clients, the newest first. */
export const listClients = async (sql: Sql, { name, after, limit }: WantedClients): Promise<ClientView[]> =>
  (await sql<ClientRow>(list, { name, after, limit })).map(toClientView);
