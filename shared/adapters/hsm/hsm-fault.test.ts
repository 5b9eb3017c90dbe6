import { expect, test } from 'vitest';
import { HsmFault, type HsmFaultReason, whyNotConnected } from './hsm-fault.ts';

test.each<[HsmFaultReason, boolean]>([
  ['hsm.unreachable', false],
  ['hsm.unavailable', false],
  ['hsm.timeout', true],
  ['hsm.connection_lost', true],
  ['hsm.garbage', true],
])('%s: the counter may have been used is %s', (reason, mayHaveUsedCounter) => {
  expect(new HsmFault(reason, 'why').mayHaveUsedCounter).toBe(mayHaveUsedCounter);
});

test('why the HSM was not connected to is told without a word of its secret', () => {
  const parse = (secret: string) => {
    try {
      return JSON.parse(secret) as unknown;
    } catch (error) {
      return error;
    }
  };
  expect(whyNotConnected(parse('pin: CryptoUser:hunter2'))).toBe('The secret is no JSON.');
  expect(whyNotConnected(new Error('/opt/none.so: cannot open shared object file'))).toContain('/opt/none.so');
});
