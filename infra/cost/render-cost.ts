import { deployedStages, type Stage } from '../config.ts';
import type { Template } from '../templates.ts';
import { type CostLine, costOf, sumOf } from './cost-line.ts';
import { fixedCosts } from './fixed-costs.ts';
import type { Measurement, Phase } from './measurement.ts';
import { assumptions, callsOfMessage, messageCosts, phaseFor } from './message-costs.ts';
import { listed, type Price, prices } from './prices.ts';

export type TemplatesOf = (stage: Stage) => readonly Template[];

/** Messages a month that the table has a column for. */
export const volumes = [100_000, 1_000_000, 10_000_000, 100_000_000] as const;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n');

const dollars = (usd: number): string => (usd === 0 ? '' : usd.toFixed(2));
const whole = (usd: number): string => Math.round(usd).toLocaleString('en');

/** Sums by what is paid for; the numbers that a description of one stage holds are left out. */
const byWhat = (lines: readonly CostLine[], plain: (what: string) => string = (what) => what): Map<string, number> => {
  const sums = new Map<string, number>();
  for (const line of lines) sums.set(plain(line.what), (sums.get(plain(line.what)) ?? 0) + costOf(line));
  return sums;
};

const columns = (sums: readonly ReadonlyMap<string, number>[]): (readonly string[])[] =>
  [...new Set(sums.flatMap((each) => [...each.keys()]))].map((what) => [
    what,
    ...sums.map((each) => dollars(each.get(what) ?? 0)),
  ]);

const phaseName = ({ rate }: Phase): string => (rate === null ? 'one by one' : `${rate}/s`);

const callsTable = (measurement: Measurement): string => {
  const counted = measurement.phases.map(
    (phase) =>
      new Map(
        callsOfMessage(measurement, phase).map(([{ caller, service, operation }, times]) => [
          `\`${caller}\`: ${service} ${operation.replace('/', '')}`,
          times,
        ]),
      ),
  );
  const names = [...new Set(counted.flatMap((each) => [...each.keys()]))]
    .filter((name) => !name.includes('awslambda_') || name.endsWith('DeleteMessageBatch'))
    .filter((name) => !name.endsWith('grouped') && counted.some((each) => (each.get(name) ?? 0) >= 0.005))
    .sort();
  return table(
    ['calls of one message', ...measurement.phases.map(phaseName)],
    names.map((name) => [
      name.replace('awslambda_', 'pollers of '),
      ...counted.map((each) => (each.get(name) ?? 0).toFixed(2)),
    ]),
  );
};

const fixedTable = (templatesOf: TemplatesOf, measurement: Measurement): string => {
  const lines = deployedStages.map((stage) => fixedCosts(templatesOf(stage), measurement));
  const plain = (what: string) => what.replace(/,? (by )?\d.*$/, '');
  const numbers = lines.map((each) => byWhat(each, plain));
  const total = ['**a month**', ...lines.map((each) => `**${dollars(sumOf(each))}**`)];
  return table(['US dollars', ...deployedStages], [...columns(numbers), total]);
};

const volumeTable = (templatesOf: TemplatesOf, measurement: Measurement): string => {
  const prod = templatesOf('prod');
  const fixed = sumOf(fixedCosts(prod, measurement));
  const costs = volumes.map((messages) => ({ messages, lines: messageCosts(prod, measurement, messages) }));
  const perMillion = costs.map(({ messages, lines }) =>
    byWhat(lines.map((line) => ({ ...line, amount: (line.amount * 1e6) / messages }))),
  );
  const sum = (of: (messages: number, variable: number) => number, show: (usd: number) => string) =>
    costs.map(({ messages, lines }) => show(of(messages, sumOf(lines))));
  return table(
    ['US dollars per million messages', ...volumes.map((messages) => `${messages / 1e6} million a month`)],
    [
      ['calls as counted', ...volumes.map((messages) => phaseName(phaseFor(measurement, messages)))],
      ...columns(perMillion),
      ['**variable**', ...sum((messages, variable) => (variable * 1e6) / messages, dollars)],
      ['share of the fixed', ...sum((messages) => (fixed * 1e6) / messages, dollars)],
      ['**all of it**', ...sum((messages, variable) => ((variable + fixed) * 1e6) / messages, dollars)],
      ['all of it, a month', ...sum((_, variable) => variable + fixed, whole)],
    ],
  );
};

const priceRow = ({ usd, per, source, confirmed }: Price): readonly string[] => [
  `${usd}`,
  per,
  confirmed ? source : `**not confirmed**; ${source}`,
];

/** docs/cost.md: figures from prices, templates and the last measurement alone, so that it is the same wherever it is printed. */
export const renderCost = (templatesOf: TemplatesOf, measurement: Measurement): string => `# What it costs

Printed by \`npm run -s cost > docs/cost.md\`; a test fails when it is stale. List prices of ${listed.region}, put together on
${listed.on}, without free tiers, discounts and tax; stages elsewhere pay up to a quarter more. What is fixed is counted in
the templates of each stage. Calls were counted by the dev cloud on ${measurement.measured_at} (Node ${measurement.node}):
\`npm run cost -- --measure\` counts them anew. A volume takes the calls of the nearest rate that was counted, though at higher
rates more messages share a call.

## Fixed, by stage

${fixedTable(templatesOf, measurement)}

## By volume, in prod

Messages of one part, one a request, evenly spread, delivered and called back. Requests of 100 messages save nearly all
of the API, of its functions and of their logs.

${volumeTable(templatesOf, measurement)}

## What was counted

${callsTable(measurement)}

A phase: ${measurement.phases.map((phase) => `${phaseName(phase)}, ${phase.messages} messages`).join('; ')}. What tasks and schedules
ask when there is nothing to do is in the fixed costs, and taken off here. What Lambda's pollers ask is taken as two calls a
batch, and ${'five connections of 20 seconds'} for each queue that is empty.

## What is assumed

A call takes a function ${assumptions.millisecondsOfCall} ms and the rest of it ${assumptions.millisecondsOfFunction} ms; a message takes ${assumptions.databaseInputs} storage I/Os;
an invocation logs ${assumptions.logBytesOfInvocation} octets and a request ${assumptions.logBytesOfRequest}, beside what programs log; a call from within the network
takes ${assumptions.natBytesOfCall.toLocaleString('en')} octets through the NAT; X-Ray samples by its default rule.

Not in it: capacity of the database above its minimum, backups beyond the first, Container Insights, flow logs, what is
kept of logs, traffic to carriers and clients, support, and what carriers charge.

## Prices

${table(['US dollars', 'per', 'where it was read'], Object.values(prices).map(priceRow))}
`;
