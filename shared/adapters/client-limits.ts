import type { Sql } from './data-api.ts';

/** What is to be known of a client before its request is served. */
export interface ClientLimits {
  /** The token bucket of its requests. */
  readonly ratePerSecond: number;
  readonly burst: number;
  /** In whose alphabets its texts may be written: ISO 639-1, joined by a space. */
  readonly nationalLanguages: string;
  readonly suspendedAt: Date | null;
}

interface Row {
  readonly rate_per_second: number;
  readonly burst: number;
  readonly national_languages: string;
  readonly suspended_at: Date | null;
}

const findClient = `
  SELECT rate_per_second, burst, array_to_string(national_languages, ' ') AS national_languages, suspended_at
  FROM clients WHERE id = :client_id::uuid`;

/** Clients as the database has them, for those who come with a token instead of a key. */
export const connectClientLimits = (sql: Sql) => ({
  find: async (clientId: string): Promise<ClientLimits | undefined> => {
    const [row] = await sql<Row>(findClient, { client_id: clientId });
    return (
      row && {
        ratePerSecond: row.rate_per_second,
        burst: row.burst,
        nationalLanguages: row.national_languages,
        suspendedAt: row.suspended_at,
      }
    );
  },
});
