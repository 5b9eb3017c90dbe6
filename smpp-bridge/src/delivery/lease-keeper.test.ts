import { expect, test, vi } from 'vitest';
import { keepLease } from './lease-keeper.ts';

const leaseMs = 600;

const keep = (renew: () => Promise<boolean>) => {
  const { promise: lost, resolve } = Promise.withResolvers<string>();
  const faults = vi.fn();
  const lease = keepLease(leaseMs, { renew, now: () => performance.now(), lost: resolve, fault: faults });
  return { lease, lost, faults };
};

test('a renewal that is refused loses the lease at once', async () => {
  let asked = 0;
  const { lease, lost } = keep(async () => ++asked < 3);
  await lease.held;
  expect(await lost).toBe('refused');
  expect(asked).toBe(3);
});

test('a lease that cannot be renewed is given up before it ends', async () => {
  let heldAt = Number.NaN;
  let asked = 0;
  const { lost, faults } = keep(async () => {
    if (asked++ > 0) throw new Error('no database');
    heldAt = performance.now();
    return true;
  });
  expect(await lost).toBe('deadline');
  expect(performance.now() - heldAt).toBeGreaterThan(leaseMs / 2);
  expect(faults).toHaveBeenCalled();
});

test('a renewal that hangs is noticed by the deadline', async () => {
  let asked = 0;
  const { lost } = keep(() => (asked++ > 0 ? new Promise(() => undefined) : Promise.resolve(true)));
  expect(await lost).toBe('deadline');
});

test('a lease that was stopped is never lost', async () => {
  const lost = vi.fn();
  const lease = keepLease(60, { renew: async () => true, now: () => performance.now(), lost, fault: () => undefined });
  await lease.held;
  lease.stop();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(lost).not.toHaveBeenCalled();
});
