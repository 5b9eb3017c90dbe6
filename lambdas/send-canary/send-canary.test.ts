import { expect, test } from 'vitest';
import { type CanaryWorld, sendCanary } from './send-canary.ts';

/** A world whose message goes through these states, half a second apart. */
const worldOf = (states: readonly string[], sent: Awaited<ReturnType<CanaryWorld['send']>> = { id: 'm' }) => {
  let now = 0;
  let asked = 0;
  return {
    send: async () => {
      now += 100;
      return sent;
    },
    stateOf: async () => states[Math.min(asked++, states.length - 1)] ?? '',
    now: () => now,
    pause: async (ms) => {
      now += ms;
    },
  } satisfies CanaryWorld;
};

test('a canary that comes back tells how long accepting took, and how long the receipt', async () => {
  const result = await sendCanary(worldOf(['QUEUED', 'SENDING', 'SENT', 'DELIVERED']), 40_000);
  expect(result).toEqual({ outcome: 'delivered', acceptMs: 100, receiptMs: 1_500 });
});

test('a canary that nobody lets in is refused, with the status', async () => {
  expect(await sendCanary(worldOf([], { status: 503 }), 40_000)).toEqual({ outcome: 'refused', status: 503 });
});

test('a canary that is still on its way when its time is over is lost, and so is one that failed, at once', async () => {
  const late = worldOf(['SENT']);
  expect(await sendCanary(late, 40_000)).toEqual({ outcome: 'lost', state: 'SENT' });
  expect(late.now()).toBe(40_100);
  const failed = worldOf(['FAILED_PERM']);
  expect(await sendCanary(failed, 40_000)).toEqual({ outcome: 'lost', state: 'FAILED_PERM' });
  expect(failed.now()).toBe(100);
});
