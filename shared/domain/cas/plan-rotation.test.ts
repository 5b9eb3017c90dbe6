import { expect, test } from 'vitest';
import { type Epoch, planRotation } from './plan-rotation.ts';

const now = new Date('2026-05-10T00:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const rules = { epoch_hours: 24, key_lead_minutes: 60 };
const epoch = (given: Partial<Epoch>): Epoch => ({
  epoch: 1,
  state: 'ACTIVE',
  wrapped_at: ago(1),
  delivered_at: null,
  activated_at: ago(1),
  ...given,
});
const nothing = { make: null, activate: null, rewrap: [], is_overdue: false };
const active = (hours: number) => epoch({ activated_at: ago(hours) });
const pending = (deliveredHours: number | null) =>
  epoch({
    epoch: 2,
    state: 'PENDING',
    activated_at: null,
    delivered_at: deliveredHours === null ? null : ago(deliveredHours),
  });

test('the first epoch is active at once', () => {
  expect(planRotation([], rules, now)).toEqual({ ...nothing, make: { epoch: 1, state: 'ACTIVE' } });
});

test('the next one is made in time for its key to be on air before it is active', () => {
  expect(planRotation([active(21)], rules, now)).toEqual(nothing);
  expect(planRotation([active(22)], rules, now)).toEqual({ ...nothing, make: { epoch: 2, state: 'PENDING' } });
  expect(planRotation([active(22), pending(null)], rules, now)).toEqual(nothing);
});

test('it is active when the old one is old enough and its key has been on air for the lead', () => {
  expect(planRotation([active(24), pending(1)], rules, now)).toEqual({ ...nothing, activate: 2 });
  expect(planRotation([active(23), pending(1)], rules, now)).toEqual(nothing);
  expect(planRotation([active(30), pending(0.9)], rules, now)).toEqual(nothing);
  expect(planRotation([active(30), pending(null)], rules, now)).toEqual(nothing);
});

test('a drill does not wait for age, and keeps the lead', () => {
  expect(planRotation([active(0)], rules, now, true).make).toEqual({ epoch: 2, state: 'PENDING' });
  expect(planRotation([active(0), pending(0.5)], rules, now, true).activate).toBeNull();
  expect(planRotation([active(0), pending(1)], rules, now, true).activate).toBe(2);
});

test('a number is never used again, an old wrapping is renewed, and an old key is told', () => {
  const retired = epoch({ epoch: 7, state: 'DESTROYED', wrapped_at: ago(5_000) });
  expect(planRotation([retired, active(48)], rules, now)).toMatchObject({
    make: { epoch: 8 },
    is_overdue: true,
    rewrap: [],
  });
  expect(planRotation([epoch({ wrapped_at: ago(24 * 90) })], rules, now).rewrap).toEqual([1]);
});
