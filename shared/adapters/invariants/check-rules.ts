import type { Finding } from '#shared/domain/invariants/finding.ts';
import type { Sql } from '../data-api.ts';
import { callbackRules } from './callback-rules.ts';
import { historyRules } from './history-rules.ts';
import { moneyRules } from './money-rules.ts';
import { progressRules } from './progress-rules.ts';
import type { Rule, Scope } from './sql-rule.ts';

/** Every rule that the database alone can prove. */
export const databaseRules: readonly Rule[] = [...moneyRules, ...progressRules, ...historyRules, ...callbackRules];

/** The least patient grace that no healthy system breaks: five receives at the queues' visibility, and then some. */
export const usualGraceSeconds = 1_800;

/** Everything ever accepted. */
export const wholeScope = (given: Partial<Scope> = {}): Scope => ({
  from: new Date(0),
  until: new Date(Date.now() + 86_400_000),
  graceSeconds: usualGraceSeconds,
  limit: 100,
  ...given,
});

/** Where rules do not hold, rule by rule in the order given. */
export const checkRules = async (sql: Sql, rules: readonly Rule[], scope: Scope): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const rule of rules) findings.push(...(await rule.find(sql, scope)));
  return findings;
};
