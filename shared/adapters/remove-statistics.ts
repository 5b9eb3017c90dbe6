import type { Sql } from './data-api.ts';

/** Whole rows, the oldest hours first; `months` are those of the calendar. */
const statement = `
DELETE FROM provider_statistics WHERE (hour, provider, client_id, country) IN
  (SELECT hour, provider, client_id, country FROM provider_statistics
   WHERE hour < now() - make_interval(months => :months::integer) ORDER BY hour LIMIT :limit)
RETURNING 1`;

/** Deletes figures of hours that began so many months ago, at most `limit` rows. @returns how many there were. */
export const removeStatistics = async (sql: Sql, months: number, limit: number): Promise<number> =>
  (await sql(statement, { months, limit })).length;
