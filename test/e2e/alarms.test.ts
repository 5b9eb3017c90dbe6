import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectQueues, type QueueInspector } from '../support/queue-inspector.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';
import { until } from '../support/until.ts';

const patience = { timeout: 60_000 };
const minute = 60_000;

let box: RunningSignalbox;
let queues: QueueInspector;
beforeAll(async () => {
  box = await startRunningSignalbox();
  queues = inspectQueues(box);
});
afterAll(() => box?.stop());

const stateOf = async (heading: string) => (await box.cloud.alarms.states()).get(`signalbox-local/${heading}`);
const untilState = (heading: string, state: string) =>
  until(`${heading} is ${state}`, async () => (await stateOf(heading)) === state, { everyMs: 250 });

/** A canary goes the way of clients, and comes back. */
test('a canary comes back and silences its alarm', patience, async () => {
  expect(await box.cloud.runSchedule('send-canary')).toMatchObject({ outcome: 'delivered' });
  await untilState('canary/Silent', 'OK');
  expect(await stateOf('service/MoneyPath')).toBe('OK');
});

describe('a fault raises its alarm', () => {
  test('ledger/Unreconciled: a cent that the ledger does not know of', patience, async () => {
    await box.cloud.runSchedule('reconcile-ledger');
    await untilState('ledger/Unreconciled', 'OK');
    await box.query('UPDATE clients SET credit_cents = credit_cents + 1 WHERE id = $1', [box.client.clientId]);
    await box.cloud.runSchedule('reconcile-ledger');
    await untilState('ledger/Unreconciled', 'ALARM');
    await box.query('UPDATE clients SET credit_cents = credit_cents - 1 WHERE id = $1', [box.client.clientId]);
  });

  test('outcomes/DeadLettersNotEmpty, and with it MoneyPath; both end with what raised them', patience, async () => {
    await untilState('outcomes/DeadLettersNotEmpty', 'OK');
    await queues.put('outcomes-dlq', ['given up']);
    await untilState('outcomes/DeadLettersNotEmpty', 'ALARM');
    expect(await stateOf('service/MoneyPath')).toBe('ALARM');
    await queues.drain('outcomes-dlq');
    box.cloud.alarms.advance(2 * minute);
    await untilState('outcomes/DeadLettersNotEmpty', 'OK');
  });

  test('dispatch-due/NotRunning: a schedule whose role has lost its right', patience, async () => {
    await box.cloud.runSchedule('dispatch-due');
    await untilState('dispatch-due/NotRunning', 'OK');
    const role = [...box.cloud.roles.values()].find(({ name }) => name.endsWith('-dispatch-due-schedule'));
    role?.statements.splice(0);
    await expect(box.cloud.runSchedule('dispatch-due')).rejects.toThrow();
    box.cloud.alarms.advance(6 * minute);
    await box.cloud.runSchedule('remove-expired');
    expect(await stateOf('dispatch-due/NotRunning')).toBe('ALARM');
    expect(await stateOf('remove-expired/NotRunning')).toBe('OK');
    expect(await stateOf('service/MoneyPath')).toBe('ALARM');
  });

  test('smpp-bridge/BoundSessionsBelowWanted: an SMSC that is gone', patience, async () => {
    await untilState('smpp-bridge/BoundSessionsBelowWanted', 'OK');
    await box.smsc.stop();
    // A minute passes for the alarms with each report of the bridge; one that is missing would not raise the first.
    const passMinutes = async () => {
      box.cloud.alarms.advance(minute);
      return (await stateOf('smpp-bridge/ProviderNotBound')) === 'ALARM';
    };
    await until('smpp-bridge/ProviderNotBound is raised', passMinutes, { everyMs: 3_300 });
    expect(await stateOf('smpp-bridge/BoundSessionsBelowWanted')).toBe('ALARM');
  });
});
