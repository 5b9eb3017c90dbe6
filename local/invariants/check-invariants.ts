import type { Sql } from '#shared/adapters/data-api.ts';
import { databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import { readSentParts, readToldCallbacks } from '#shared/adapters/invariants/read-peers-view.ts';
import { readTimelines } from '#shared/adapters/invariants/read-timelines.ts';
import type { Scope } from '#shared/adapters/invariants/sql-rule.ts';
import { callbackPromises, compareCallbacks } from '#shared/domain/invariants/compare-callbacks.ts';
import {
  compareSubmissions,
  countDuplicates,
  submissionPromises,
} from '#shared/domain/invariants/compare-submissions.ts';
import type { Finding } from '#shared/domain/invariants/finding.ts';
import { readCallbackLog, readSmscLog } from './read-logs.ts';

export interface WhatToCheck {
  readonly sql: Sql;
  /** The simulator's control port; null when its log is not to be had. */
  readonly smscControlUrl: string | null;
  readonly callbacksUrl: string | null;
  /** When the simulator and the receiver began: what happened earlier they cannot know. */
  readonly peersSince: Date;
  readonly scope?: Partial<Scope>;
}

export interface CheckedRule {
  readonly name: string;
  readonly promise: string;
  readonly findings: readonly Finding[];
}

export interface InvariantReport {
  readonly rules: readonly CheckedRule[];
  /** By message id, of the first messages that findings name. */
  readonly timelines: ReadonlyMap<string, readonly string[]>;
  /** How many submits the SMSC took beyond one for each part; null without its log. */
  readonly duplicates: number | null;
}

const latest = (since: Date, wholeSince: Date | null): Date =>
  wholeSince !== null && wholeSince > since ? wholeSince : since;

const byRule = (
  promises: Readonly<Record<string, { readonly rule: string; readonly promise: string }>>,
  findings: readonly Finding[],
): CheckedRule[] =>
  Object.values(promises).map(({ rule, promise }) => ({
    name: rule,
    promise,
    findings: findings.filter((finding) => finding.rule === rule),
  }));

/** A log is read before the rows and after them: so what is under way in between is no finding. */
const checkSmsc = async ({ sql, peersSince }: WhatToCheck, controlUrl: string) => {
  const before = await readSmscLog(controlUrl);
  const parts = await readSentParts(sql, latest(peersSince, before.wholeSince));
  const after = await readSmscLog(controlUrl);
  return {
    rules: byRule(submissionPromises, compareSubmissions(parts, before.entries, after.entries)),
    duplicates: countDuplicates(parts, before.entries),
  };
};

const checkCallbacks = async ({ sql, peersSince }: WhatToCheck, url: string): Promise<CheckedRule[]> => {
  const before = await readCallbackLog(url);
  const told = await readToldCallbacks(sql, new URL(url).origin, latest(peersSince, before.wholeSince));
  const after = await readCallbackLog(url);
  return byRule(callbackPromises, compareCallbacks(told, before.entries, after.entries));
};

/** Checks every rule that can be checked with what is given, and reads the histories of what broke one. */
export const checkInvariants = async (what: WhatToCheck): Promise<InvariantReport> => {
  const { sql, smscControlUrl, callbacksUrl } = what;
  const scope = wholeScope(what.scope);
  const rules: CheckedRule[] = [];
  for (const { name, promise, find } of databaseRules) rules.push({ name, promise, findings: await find(sql, scope) });
  const smsc = smscControlUrl === null ? null : await checkSmsc(what, smscControlUrl);
  const callbacks = callbacksUrl === null ? [] : await checkCallbacks(what, callbacksUrl);
  rules.push(...(smsc?.rules ?? []), ...callbacks);
  const ids = rules.flatMap(({ findings }) => findings.flatMap(({ messageId }) => messageId ?? []));
  return { rules, timelines: await readTimelines(sql, ids), duplicates: smsc?.duplicates ?? null };
};

export const isSound = ({ rules }: InvariantReport): boolean => rules.every(({ findings }) => findings.length === 0);
