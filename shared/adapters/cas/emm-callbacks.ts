import type { Sql } from '../data-api.ts';

/** Those that deliver keys are the service's own business: there is one for each card, every day. */
const isToldOf = (emm: string): string => `${emm}.kind NOT LIKE 'key-%'`;

/**
 * A common table expression that writes a callback for each EMM of `from`, a row of emms. It is written by the statement
 * by which the thing happens, once: so there is one callback for each EMM and type.
 */
export const tellOfEmms = (type: 'cas.emm.on_air' | 'cas.emm.expired', from: string, more: string): string => `
told AS (
  INSERT INTO callbacks (id, client_id, type, url, payload)
  SELECT new_uuid_v7(), c.id, '${type}', c.callback_url, jsonb_build_object('emm_id', f.id, 'number', f.number::text,
    'class', f.class, 'device', f.device, 'kind', f.kind, 'request_id', f.request_id, 'expires_at', f.expires_at, ${more})
  FROM ${from} f JOIN clients c ON c.id = f.client_id
  WHERE ${isToldOf('f')} AND c.callback_url IS NOT NULL AND '${type}' = ANY (c.callback_types)
)`;

const expire = `
WITH over AS (
  SELECT e.id FROM emms e
  WHERE e.expires_at <= now() AND e.encrypted_emm IS NOT NULL AND e.replaced_by IS NULL AND e.withdrawn_at IS NULL
    AND e.expired_at IS NULL
  ORDER BY e.expires_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
),
ended AS (UPDATE emms e SET expired_at = now() FROM over WHERE e.id = over.id RETURNING e.*),
${tellOfEmms('cas.emm.expired', 'ended', `'on_air_at', f.on_air_at`)}
SELECT id FROM ended`;

/**
 * Notes which EMMs have come to their end on air with nothing in their place, at most `limit`, and writes the callbacks
 * of those whose clients want them; dispatch-due puts them on their queue.
 *
 * @returns how many: as long as it is `limit`, there are more.
 */
export const expireEmms = async (sql: Sql, limit: number): Promise<number> => (await sql(expire, { limit })).length;
