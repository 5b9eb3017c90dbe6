import pg from 'pg';
import type { Sql } from '#shared/adapters/data-api.ts';
import { readStatement } from '../services/data-api/statement.ts';

export interface PostgresSql {
  readonly sql: Sql;
  end(): Promise<void>;
}

/** int8 comes as a number, as the Data API's adapter gives it. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** The application's statements straight over the wire, without a Data API: for whoever has the database's URL. */
export const connectPostgres = (url: string): PostgresSql => {
  const pool = new pg.Pool({ connectionString: url, max: 2, types });
  pool.on('error', () => undefined);
  return {
    sql: async <Row>(statement: string, parameters: Parameters<Sql>[1] = {}) => {
      const { text, names } = readStatement(statement);
      const values = names.map((name) => {
        const value = parameters[name];
        return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
      });
      return (await pool.query(text, values)).rows as Row[];
    },
    end: () => pool.end(),
  };
};
