import { expect, test } from 'vitest';
import { HsmFault, type HsmFaultReason } from './hsm-fault.ts';

test.each<[HsmFaultReason, boolean]>([
  ['hsm.unreachable', false],
  ['hsm.unavailable', false],
  ['hsm.timeout', true],
  ['hsm.connection_lost', true],
  ['hsm.garbage', true],
])('%s: the counter may have been used is %s', (reason, mayHaveUsedCounter) => {
  expect(new HsmFault(reason, 'why').mayHaveUsedCounter).toBe(mayHaveUsedCounter);
});
