import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AwsError } from '../aws-error.ts';
import type { Login } from '../postgres.ts';
import type { TypeInfo, TypeLookup } from './fields.ts';
import type { Bound } from './parameters.ts';
import type { Statement } from './statement.ts';

export type Result = pg.QueryArrayResult<(string | null)[]>;

/** A connection lent out: for one call, or for a transaction. */
export interface Session {
  run(statement: Statement, bound: Bound): Promise<Result>;
  command(text: 'BEGIN' | 'COMMIT' | 'ROLLBACK'): Promise<void>;
  /** Stops what runs on it. */
  cancel(): Promise<void>;
  /** Gives it back; a session that may have changed is closed instead. */
  release(reusable: boolean): void;
}

/** One database as one user. */
export interface Database {
  /** @throws AwsError when the server is away or refuses the login. */
  open(): Promise<Session>;
  /** Looks up what these types are; the lookup then knows them. */
  types(oids: readonly number[]): Promise<TypeLookup>;
  close(): Promise<void>;
}

const asText = (value: string): string => value;
const serverAway = /^(08|57P0[123])/;

/** What a refusal of PostgreSQL, or a lost connection, is to the caller. Aurora's Data API gives no detail and no hint. */
const asAwsError = (error: unknown): AwsError => {
  if (error instanceof AwsError) return error;
  const { message, code, position } = error as { message: string; code?: string; position?: string };
  if (code && /^[0-9A-Z]{5}$/.test(code) && !serverAway.test(code)) {
    const where = position ? `\n  Position: ${position}` : '';
    return new AwsError('DatabaseErrorException', `ERROR: ${message}${where}; SQLState: ${code}`);
  }
  return new AwsError('DatabaseUnavailableException', `The database cannot be reached: ${message}`, 504);
};

/** Names prepared statements by text and types, so that a connection parses each once; a change of schema forgets all. */
const createNames = () => {
  const names = new Map<string, string>();
  let made = 0;
  return {
    of: (text: string, types: readonly number[]): string | undefined => {
      const key = `${types.join()} ${text}`;
      const known = names.get(key);
      if (known || names.size >= 500) return known;
      made += 1;
      names.set(key, `s${made}`);
      return `s${made}`;
    },
    forget: () => names.clear(),
  };
};

const ordinary = new Set('SELECT INSERT UPDATE DELETE MERGE WITH VALUES'.split(' '));

const createSession = (client: pg.PoolClient, side: pg.Pool, names: ReturnType<typeof createNames>): Session => {
  const { processID } = client as pg.PoolClient & { readonly processID: number };
  let cancelled = false;
  const query = (statement: Statement, bound: Bound, name: string | undefined): Promise<Result> => {
    // The library sends `types` as the parameters' OIDs and asks the same object how to read results: as text, always.
    const types = Object.assign([...bound.types], { getTypeParser: () => asText }) as unknown as pg.CustomTypesConfig;
    return client.query<(string | null)[]>({
      name,
      text: statement.text,
      values: [...bound.values],
      types,
      rowMode: 'array',
      queryMode: 'extended',
    } as pg.QueryArrayConfig);
  };
  return {
    run: async (statement, bound) => {
      if (!ordinary.has(statement.verb)) names.forget();
      const name = ordinary.has(statement.verb) ? names.of(statement.text, bound.types) : undefined;
      try {
        return await query(statement, bound, name);
      } catch (error) {
        // The schema changed under a prepared statement. PostgreSQL says so before it does anything.
        if ((error as Error).message !== 'cached plan must not change result type') throw asAwsError(error);
        names.forget();
        return await query(statement, bound, undefined).catch((again: unknown) => {
          throw asAwsError(again);
        });
      }
    },
    command: async (text) => {
      await client.query(text).catch((error: unknown) => {
        throw asAwsError(error);
      });
    },
    cancel: async () => {
      // It may come too late and hit whatever runs next on this connection, which therefore is used no more.
      cancelled = true;
      await side.query('SELECT pg_cancel_backend($1)', [processID]).catch(() => undefined);
    },
    release: (reusable) => client.release(cancelled || !reusable),
  };
};

const connect = async (pool: pg.Pool): Promise<pg.PoolClient> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await pool.connect();
    } catch (error) {
      // A server that is starting says so; Aurora's own proxy waits for it in the same way.
      if ((error as { code?: string }).code !== '57P03' || attempt > 40) throw asAwsError(error);
      await sleep(50);
    }
  }
};

const readTypes = async (pool: pg.Pool, known: Map<number, TypeInfo>, oids: readonly number[]): Promise<void> => {
  const missing = oids.filter((oid) => !known.has(oid));
  if (missing.length === 0) return;
  const found = await pool.query<{ oid: number; name: string; element: number; type: string; category: string }>(
    `SELECT t.oid::int, t.typname AS name, t.typelem::int AS element, t.typtype AS type, t.typcategory AS category
       FROM pg_type t WHERE t.oid = ANY($1::oid[]) OR t.oid IN (SELECT typelem FROM pg_type WHERE oid = ANY($1::oid[]))`,
    [missing],
  );
  for (const { oid, name, element, type, category } of found.rows) {
    known.set(oid, { name, isEnum: type === 'e', ...(category === 'A' ? { element } : {}) });
  }
};

const openPool = (login: Login, database: string, max: number): pg.Pool => {
  const pool = new pg.Pool({
    ...login,
    database,
    max,
    options: '-c timezone=UTC -c datestyle=ISO',
    connectionTimeoutMillis: 45_000,
  });
  // A connection that breaks fails the call that uses it; told of it in this way as well, the pool drops it.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** Opens a pool of at most `connections` sessions, in UTC as on Aurora. Nothing is connected before it is needed. */
export const openDatabase = (login: Login, database: string, connections: number): Database => {
  const pool = openPool(login, database, connections);
  // What a call needs beside its session must not wait for one: with all of them taken, none would ever come back.
  const side = openPool(login, database, 2);
  const names = createNames();
  const known = new Map<number, TypeInfo>();
  return {
    open: async () => createSession(await connect(pool), side, names),
    types: async (oids) => {
      await readTypes(side, known, oids);
      return (oid) => known.get(oid) ?? { name: `oid ${oid}`, isEnum: false };
    },
    close: async () => {
      await Promise.all([pool.end(), side.end()]);
    },
  };
};
