import type { Sql } from './data-api.ts';

const tracedSeconds = `
SELECT ceil(extract(epoch FROM least(traced_until, now() + interval '1 day') - now()))::integer AS seconds
FROM providers WHERE name = :provider AND traced_until > now()`;

/** For how many seconds more an operator wants this provider's PDUs in the log; 0 when not at all. */
export const readTracedSeconds = async (sql: Sql, provider: string): Promise<number> => {
  const [row] = await sql<{ seconds: number }>(tracedSeconds, { provider });
  return row?.seconds ?? 0;
};
