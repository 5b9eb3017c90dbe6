import type { Finding, Subject } from '#shared/domain/invariants/finding.ts';
import type { Sql } from '../data-api.ts';

/** What of the database is looked at, and how patiently. */
export interface Scope {
  /** Messages accepted from then on, and before `until`. Rules on what is still open look at all that is open. */
  readonly from: Date;
  readonly until: Date;
  /** How long a step that is due may take before it counts as not taken. */
  readonly graceSeconds: number;
  /** How many findings of one rule are enough. */
  readonly limit: number;
}

export interface Rule {
  /** `<thing>/<rule>`. */
  readonly name: string;
  /** What always holds, as a sentence. */
  readonly promise: string;
  /** Where it does not; nothing when all is well. */
  find(sql: Sql, scope: Scope): Promise<Finding[]>;
}

interface Row {
  readonly subject: Subject;
  readonly id: string;
  readonly message_id: string | null;
  readonly problem: string;
}

/** Rows of (subject, id, message_id, problem) as findings of a rule. */
export const toFindings = (rule: string, rows: readonly Row[]): Finding[] =>
  rows.map(({ subject, id, message_id, problem }) => ({ rule, subject, id, messageId: message_id, problem }));

/** The condition that a message's id lies in the scope; partitions outside of it are not touched. */
export const inScope = (column: string): string =>
  `${column} >= uuid_v7_floor(:from::timestamptz) AND ${column} < uuid_v7_floor(:until::timestamptz)`;

/** The states that end a message, as an SQL list. */
export const finalStates = `('DELIVERED', 'FAILED_PERM', 'CANCELLED', 'EXPIRED')`;

/** The grace as an interval. */
export const grace = 'make_interval(secs => :grace_seconds::double precision)';

/**
 * A rule that is one statement: it may name :from, :until, :grace_seconds, and gives (message id, problem) for each
 * message that breaks it. One statement sees one moment, so that nothing under way looks half done.
 */
export const messageRule = (name: string, promise: string, statement: string): Rule => {
  const found = `SELECT 'message' AS subject, f.id, f.id AS message_id, f.problem FROM (${statement}) f
    WHERE f.problem IS NOT NULL ORDER BY f.id LIMIT :limit`;
  return {
    name,
    promise,
    find: async (sql, { from, until, graceSeconds, limit }) => {
      const all = {
        from: from.toISOString(),
        until: until.toISOString(),
        grace_seconds: graceSeconds,
        limit,
      };
      const named = Object.entries(all).filter(([key]) => found.includes(`:${key}`));
      return toFindings(name, await sql<Row>(found, Object.fromEntries(named)));
    },
  };
};
