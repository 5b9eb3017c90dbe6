import { expect, test } from 'vitest';
import { createPartsGate } from './parts-gate.ts';

/** How many parts pass within so many milliseconds, each taken as soon as it may. */
const pass = (perSecond: (now: number) => number | null, ms: number): number => {
  let now = 0;
  const gate = createPartsGate(
    () => perSecond(now),
    () => now,
  );
  let passed = 0;
  for (; now < ms; now += 1)
    while (gate.opensAt <= now && passed < 100_000) {
      gate.take();
      passed += 1;
    }
  return passed;
};

test.each([
  [10, 10],
  [100, 100],
  [0.5, 0.5],
])('%d parts a second are %d, with a tenth of a second at once', (rate, expected) => {
  const passed = pass(() => rate, 20_000);
  expect(passed).toBeGreaterThanOrEqual(Math.floor(expected * 20));
  expect(passed).toBeLessThanOrEqual(expected * 20 + Math.max(1, rate / 10) + 1);
});

test('a changed limit counts from then on, and none lets everything through', () => {
  expect(pass((now) => (now < 10_000 ? 10 : 100), 20_000)).toBeLessThanOrEqual(100 + 1_000 + 12);
  expect(pass(() => null, 100)).toBe(100_000);
});
