import { expect, test } from 'vitest';
import { createThrottle } from './behaviour.ts';

test('a throttle lets through what it is told to, at any pace of asking', () => {
  const mayPass = createThrottle();
  let passed = 0;
  for (let now = 0; now < 10_000; now += 1) if (mayPass(100, now)) passed += 1;
  expect(passed).toBeGreaterThanOrEqual(1_000);
  expect(passed).toBeLessThanOrEqual(1_010);
});
test('without a limit everything passes, and a limit set later starts at once', () => {
  const mayPass = createThrottle();
  expect(Array.from({ length: 50 }, () => mayPass(null, 0)).every(Boolean)).toBe(true);
  expect(Array.from({ length: 50 }, () => mayPass(100, 0)).filter(Boolean)).toHaveLength(10);
});
