import { expect, test } from 'vitest';
import { type Circuit, type CircuitEvent, circuitAfter, closedCircuit, isOpen, isTrying } from './circuit.ts';

const after = (events: readonly (readonly [CircuitEvent, number])[], first: Circuit = closedCircuit): Circuit =>
  events.reduce((circuit, [event, now]) => circuitAfter(circuit, event, now), first);
const every = (event: CircuitEvent, count: number, ms: number, from = 0) =>
  Array.from({ length: count }, (_, n) => [event, from + n * ms] as const);

test('a provider that takes nothing for seconds on end opens its circuit', () => {
  expect(isOpen(after(every('throttled', 9, 500)), 4_500)).toBe(false);
  expect(isOpen(after(every('throttled', 10, 500)), 4_500)).toBe(true);
  expect(isOpen(after(every('unanswered', 4, 1_000)), 3_000)).toBe(true);
});

test('one burst that is refused as a whole says nothing', () => {
  expect(isOpen(after(every('throttled', 500, 1)), 500)).toBe(false);
});

test('whatever is taken makes forgotten what was not', () => {
  const mixed = Array.from({ length: 100 }, (_, n) => [n % 10 === 9 ? 'taken' : 'throttled', n * 500] as const);
  expect(isOpen(after(mixed), 50_000)).toBe(false);
});

test('an open circuit is tried after a while, and stays open for longer when that was in vain', () => {
  const open = after(every('transient', 5, 1_000));
  expect([isOpen(open, 33_000), isOpen(open, 34_000), isTrying(open, 34_000)]).toEqual([true, false, true]);
  const again = circuitAfter(open, 'throttled', 40_000);
  expect([isOpen(again, 99_000), isOpen(again, 100_000)]).toEqual([true, false]);
  expect(circuitAfter(again, 'taken', 101_000)).toEqual(closedCircuit);
});

test('what was under way when it opened changes nothing', () => {
  const open = after(every('transient', 5, 1_000));
  expect(circuitAfter(open, 'throttled', 4_100)).toEqual(open);
});
