import { expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { createPduTrace } from './pdu-trace.ts';
import { followTraceSwitch } from './trace-switch.ts';

test('a trace goes on and off with the setting, and outlives a fault in reading it', async () => {
  const trace = createPduTrace('primary', { now: () => 0, line: () => undefined });
  const switched: boolean[] = [];
  const faults: unknown[] = [];
  let answer: () => Promise<number> = () => Promise.resolve(0);
  const following = followTraceSwitch(
    trace,
    { read: () => answer(), switched: (isOn) => switched.push(isOn), fault: (error) => faults.push(error) },
    5,
  );
  answer = () => Promise.resolve(60);
  await until('the trace is on', () => trace.isOn, { everyMs: 5 });
  answer = () => Promise.reject(new Error('no database'));
  await until('the setting could not be read', () => faults.length > 1, { everyMs: 5 });
  expect(trace.isOn).toBe(true);
  answer = () => Promise.resolve(0);
  await until('the trace is off', () => !trace.isOn, { everyMs: 5 });
  await until('that was told', () => switched.length === 2, { everyMs: 5 });
  following.stop();
  expect(switched).toEqual([true, false]);
});
