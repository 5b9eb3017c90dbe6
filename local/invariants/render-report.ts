import type { CheckedRule, InvariantReport } from './check-invariants.ts';

const shownPerRule = 10;

const renderRule = ({ name, promise, findings }: CheckedRule, timelines: InvariantReport['timelines']): string[] => [
  `${findings.length === 0 ? 'ok    ' : 'BROKEN'}  ${name.padEnd(28)} ${promise}`,
  ...findings
    .slice(0, shownPerRule)
    .flatMap(({ subject, id, messageId, problem }) => [
      `          ${subject} ${id}: ${problem}`,
      ...(messageId === null ? [] : (timelines.get(messageId) ?? [])).map((line) => `            ${line}`),
    ]),
  ...(findings.length > shownPerRule ? [`          and ${findings.length - shownPerRule} more`] : []),
];

/** Rule by rule, as a person reads it: whether it holds, and where it does not, with the history of the message. */
export const renderReport = ({ rules, timelines, duplicates }: InvariantReport): string => {
  const broken = rules.filter(({ findings }) => findings.length > 0).length;
  return [
    ...rules.flatMap((rule) => renderRule(rule, timelines)),
    ...(duplicates === null ? [] : [`The SMSC took ${duplicates} part(s) more than once.`]),
    broken === 0 ? `All ${rules.length} rules hold.` : `${broken} of ${rules.length} rules are broken.`,
  ].join('\n');
};
