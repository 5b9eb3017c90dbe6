import type { EmmClass } from '#shared/domain/emm/section.ts';
import type { Sql } from '../data-api.ts';

/** An EMM that is sealed and neither replaced, withdrawn nor over. */
export interface EmmOnAir {
  readonly id: string;
  readonly number: string;
  readonly class: EmmClass;
  readonly device: string;
  readonly kind: string;
  readonly revision: number;
  /** Base64. */
  readonly section: string;
  readonly sealed_at: Date;
  readonly starts_at: Date;
  readonly expires_at: Date;
}

const columns = `e.id, e.number::text AS number, e.class, e.device, e.kind, e.revision, e.encrypted_emm AS section,
  e.sealed_at, e.starts_at, e.expires_at`;
const onAir = 'e.encrypted_emm IS NOT NULL AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL';

/** Below the Data API's 1 MiB of results: a row has some 500 octets. */
const page = 1_000;

const all = `
SELECT ${columns} FROM emms e
WHERE e.client_id = :client_id::uuid AND e.number > :after::bigint AND e.expires_at > now() AND ${onAir}
ORDER BY e.number LIMIT ${page}`;

/** All that is on air or will be, in pages in the order of their numbers. */
export async function* readEmmsOnAir(sql: Sql, clientId: string): AsyncGenerator<readonly EmmOnAir[]> {
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const rows: EmmOnAir[] = await sql<EmmOnAir>(all, { client_id: clientId, after });
    if (rows.length > 0) yield rows;
    after = rows.length < page ? undefined : rows.at(-1)?.number;
  }
}

const sealed = `
SELECT ${columns}, e.sealed_at::text AS sealed_text FROM emms e
WHERE e.client_id = :client_id::uuid AND e.expires_at > now() AND ${onAir}
  AND (e.sealed_at, e.number) > (:since::timestamptz, :after::bigint)
ORDER BY e.sealed_at, e.number LIMIT ${page}`;

/** Sealed since a moment. */
export async function* readEmmsSealed(sql: Sql, clientId: string, since: Date): AsyncGenerator<readonly EmmOnAir[]> {
  let after: { since: string; after: string } | undefined = { since: since.toISOString(), after: '0' };
  while (after) {
    const rows: (EmmOnAir & { readonly sealed_text: string })[] = await sql(sealed, { client_id: clientId, ...after });
    if (rows.length > 0) yield rows;
    const last = rows.length < page ? undefined : rows.at(-1);
    after = last && { since: last.sealed_text, after: last.number };
  }
}

const withdrawn = `
SELECT id FROM emms WHERE client_id = :client_id::uuid AND withdrawn_at > :since::timestamptz`;

export const readEmmsWithdrawn = async (sql: Sql, clientId: string, since: Date): Promise<string[]> =>
  (await sql<{ id: string }>(withdrawn, { client_id: clientId, since: since.toISOString() })).map(({ id }) => id);

/** The database's own clock: what is written has its times. */
export const readNow = async (sql: Sql): Promise<Date> => {
  const [row] = await sql<{ now: Date }>('SELECT now() AS now');
  if (!row) throw new Error('The database does not know what time it is');
  return row.now;
};
