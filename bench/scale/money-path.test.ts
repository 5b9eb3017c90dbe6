import { expect, test } from 'vitest';
import { asDeployed, callsOf, moneyPath } from './money-path.ts';
import { type Load, simulate } from './simulate.ts';

const load: Load = { messagesPerSecond: 100, requestSize: 1, seconds: 60, seed: 1 };
const near = (part: number, actual: number, wanted: number): void => {
  expect(actual).toBeGreaterThan(wanted * (1 - part));
  expect(actual).toBeLessThan(wanted * (1 + part));
};

test('a load that nothing minds is settled as fast as it comes', () => {
  const figures = simulate(moneyPath(asDeployed), load);
  near(0.1, figures.at(-1)?.departuresPerSecond ?? 0, 100);
  for (const { utilization } of figures) expect(utilization).toBeLessThan(0.5);
});

test('the row of the busiest client lets through what one row can take', () => {
  const figures = simulate(moneyPath(asDeployed), { ...load, messagesPerSecond: 1_500, seconds: 12 });
  const row = figures.find(({ name }) => name === 'row of the busiest client');
  near(0.02, row?.utilization ?? 0, 1);
  near(0.05, row?.departuresPerSecond ?? 0, 1000 / (2.63 + 0.022));
});

test('requests of many messages make few calls of the Data API', () => {
  const calls = (requestSize: number) =>
    callsOf(simulate(moneyPath(asDeployed), { ...load, messagesPerSecond: 500, seconds: 20, requestSize })).dataApi;
  expect(calls(1)).toBeGreaterThan(500);
  expect(calls(100)).toBeLessThan(150);
});
