import type { Sql } from './data-api.ts';

/** What is to be known of a client before its request is served. */
export interface ClientLimits {
  /** The token bucket of its requests. */
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly suspendedAt: Date | null;
}

interface Row {
  readonly rate_per_second: number;
  readonly burst: number;
  readonly suspended_at: Date | null;
}

const findClient = 'SELECT rate_per_second, burst, suspended_at FROM clients WHERE id = :client_id::uuid';

/** Clients as the database has them, for those who come with a token instead of a key. */
export const connectClientLimits = (sql: Sql) => ({
  find: async (clientId: string): Promise<ClientLimits | undefined> => {
    const [row] = await sql<Row>(findClient, { client_id: clientId });
    return row && { ratePerSecond: row.rate_per_second, burst: row.burst, suspendedAt: row.suspended_at };
  },
});
