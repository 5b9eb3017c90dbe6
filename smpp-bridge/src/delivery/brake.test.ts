import { expect, test } from 'vitest';
import { createBrake } from './brake.ts';

test('the pause doubles with each burst of refusals, counts a burst once, and shrinks with success', () => {
  const brake = createBrake();
  expect(brake.remaining(0)).toBe(0);
  brake.throttled(0);
  brake.throttled(50);
  expect(brake.remaining(50)).toBe(50);
  brake.throttled(100);
  expect(brake.remaining(100)).toBe(200);
  brake.accepted();
  brake.throttled(300);
  expect(brake.remaining(300)).toBe(200);
});

test('no pause is longer than five seconds', () => {
  const brake = createBrake();
  for (let now = 0; now < 100_000; now += 10_000) brake.throttled(now);
  expect(brake.remaining(90_000)).toBe(5_000);
});
