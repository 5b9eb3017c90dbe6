import type { SeedReport } from './run-seed.ts';

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** One run on one line: faults and how often each was met, messages, duplicates, and how long the recovery took. */
export const toLine = ({
  seed,
  faults,
  messages,
  duplicates,
  states,
  recoveryMs,
  redriven,
  failures,
}: SeedReport): string =>
  [
    `seed ${seed}: ${failures.length === 0 ? 'passed' : 'FAILED'}`,
    faults.map(({ fault, times }) => `${fault.kind} x${times}`).join(', '),
    `${messages} messages (${Object.entries(states)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ')})`,
    `${duplicates} duplicates, all explained`.replace(
      ', all explained',
      failures.length === 0 ? ', all explained' : '',
    ),
    `recovered in ${seconds(recoveryMs)}${redriven > 0 ? `, ${redriven} dead letters sent back` : ''}`,
  ].join('; ');

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** All runs together: faults by kind, messages, duplicates, recovery times. */
export const summarize = (reports: readonly SeedReport[]): string => {
  const all = reports.flatMap(({ faults }) => faults);
  const kinds = [...Map.groupBy(all, ({ fault }) => fault.kind)].toSorted(([a], [b]) => a.localeCompare(b));
  const times = reports.map(({ recoveryMs }) => recoveryMs);
  const failed = reports.filter(({ failures }) => failures.length > 0).map(({ seed }) => seed);
  return [
    '',
    ...kinds.map(
      ([kind, some]) => `${kind.padEnd(40)} ${some.length} runs, met ${sum(some.map((each) => each.times))} times`,
    ),
    `${reports.length} seeds, ${failed.length} failed${failed.length > 0 ? ` (${failed.join(', ')})` : ''}`,
    `${sum(reports.map(({ messages }) => messages))} messages, ${sum(reports.map(({ duplicates }) => duplicates))} parts taken twice`,
    `${sum(reports.map(({ redriven }) => redriven))} dead letters sent back`,
    `recovery: median ${seconds(quantile(times, 0.5))}, 95 % ${seconds(quantile(times, 0.95))}, longest ${seconds(Math.max(...times))}`,
  ].join('\n');
};
