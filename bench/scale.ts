import { parseArgs } from 'node:util';
import { inputs, listInputs } from './scale/inputs.ts';
import { asDeployed, callsOf, type Design, moneyPath } from './scale/money-path.ts';
import { type Figures, simulate } from './scale/simulate.ts';

interface Rung {
  readonly rate: number;
  readonly what: string;
  readonly requestSize?: number;
  /** Stacks that share the rate alike. Default 1. */
  readonly cells?: number;
  readonly change?: Partial<Design>;
}

const thousands = { tasks: 16, binds: 6 } as const;
const oneByOne = { gatewayRate: 12_000, executions: 600, hotRows: 20, settlers: 10 } as const;

/** For each rate: as it is deployed, and then what lifts the limit that was met before. */
const rungs: readonly Rung[] = [
  { rate: 1_000, what: 'as deployed, one message a request' },
  { rate: 1_000, what: 'the busiest client sends tens', requestSize: 10 },
  { rate: 1_000, what: 'or its credit is in 2 rows', change: { hotRows: 2 } },
  { rate: 10_000, what: 'as deployed, one message a request' },
  { rate: 10_000, what: 'hundreds a request', requestSize: 100 },
  { rate: 10_000, what: 'and 16 tasks, 6 binds', requestSize: 100, change: thousands },
  { rate: 10_000, what: 'or one by one: 16 tasks, 20 rows, gateway 12,000/s', change: { ...thousands, ...oneByOne } },
  {
    rate: 10_000,
    what: 'hundreds, SMSC far from the bridge',
    requestSize: 100,
    change: { ...thousands, smscAnswerMs: inputs.farSmsc.value },
  },
  {
    rate: 100_000,
    what: 'hundreds, one stack: 160 tasks, 60 binds',
    requestSize: 100,
    change: { tasks: 160, binds: 60 },
  },
  {
    rate: 100_000,
    what: 'and 8 rows, 100 settlers',
    requestSize: 100,
    change: { tasks: 160, binds: 60, hotRows: 8, settlers: 100 },
  },
  { rate: 100_000, what: '10 cells of 16 tasks, 6 binds', requestSize: 100, cells: 10, change: thousands },
];

const number = (figure: number): string => Math.round(figure).toLocaleString('en');

/** The two resources that are used most, each by its name once. */
const busiest = (figures: readonly Figures[]): string => {
  const known = new Map<string, number>();
  const resourceOf = (name: string) => (name === 'claims' || name === 'settling' ? 'writer' : name);
  for (const { name, utilization } of figures) known.set(resourceOf(name), utilization);
  return [...known]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 2)
    .map(([name, part]) => `${name} ${Math.round(100 * part)} %`)
    .join(', ');
};

/** Long enough for outcomes that gather for a second to even out, and for a run to end before lunch. */
const secondsOf = (rate: number): number => Math.max(12, Math.min(120, 400_000 / rate));

const lineOf = ({ rate, what, requestSize = 1, cells = 1, change }: Rung, seed: number): string => {
  const messagesPerSecond = rate / cells;
  const load = { messagesPerSecond, requestSize, seconds: secondsOf(messagesPerSecond), seed };
  const figures = simulate(moneyPath({ ...asDeployed, ...change }), load);
  const settled = cells * (figures.at(-1)?.departuresPerSecond ?? 0);
  const { dataApi, sqs } = callsOf(figures);
  const calls = `${((cells * (dataApi + sqs)) / Math.max(settled, 1)).toFixed(2)}`;
  const cellsOf = [number(rate), what, number(settled), busiest(figures), number(cells * dataApi), number(cells * sqs)];
  return `| ${[...cellsOf, calls].join(' | ')} |`;
};

/** Where the money path saturates, by simulation from measured inputs: `npm run bench -- scale [--seed 1]`. */
export const benchScale = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { seed: { type: 'string', default: '1' } } });
  console.log(`${listInputs().join('\n')}\n`);
  console.log('| messages/s | design | settled/s | used most | Data API calls/s | SQS calls/s | of both a message |');
  console.log('|---|---|---|---|---|---|---|');
  for (const rung of rungs) console.log(lineOf(rung, Number(values.seed)));
};
