import { afterEach, expect, test, vi } from 'vitest';
import { metrics } from '#shared/telemetry.ts';
import { type BridgeMetrics, createBridgeMetrics } from './bridge-metrics.ts';

afterEach(() => vi.restoreAllMocks());

const figures = { slots: 2, bound: 1, inFlight: 5, waiting: 7, inHand: 12, window: 10, rate: 100, openCircuits: 0 };

const linesOf = async (bridge: BridgeMetrics, name: string) =>
  (await bridge.registry.metrics()).split('\n').filter((line) => line.startsWith(`signalbox_${name}`));

test('every answer counts by its class and its status, and a throttling is no decided part', async () => {
  const bridge = createBridgeMetrics();
  const primary = bridge.of('primary', () => figures);
  primary.answered({ outcome: 'refused', commandStatus: 0x58 }, 0.02);
  primary.answered({ outcome: 'refused', commandStatus: 0x401 }, 0.02);
  primary.answered({ outcome: 'accepted', messageId: '1' }, 0.2);
  primary.submitted({ outcome: 'accepted', messageId: '1' }, 0.3);
  expect(await linesOf(bridge, 'submits_total')).toEqual([
    'signalbox_submits_total{provider="primary",outcome="refused",class="throttle",command_status="ESME_RTHROTTLED"} 1',
    'signalbox_submits_total{provider="primary",outcome="refused",class="vendor",command_status="0x00000401"} 1',
    'signalbox_submits_total{provider="primary",outcome="accepted",class="",command_status=""} 1',
  ]);
  expect(await linesOf(bridge, 'submit_seconds_count')).toEqual([
    'signalbox_submit_seconds_count{provider="primary"} 1',
  ]);
});

test('how quick the SMSC is counts its answers alone: no waiting, and not that none came', async () => {
  const bridge = createBridgeMetrics();
  const primary = bridge.of('primary', () => figures);
  primary.answered({ outcome: 'accepted', messageId: '1' }, 0.04);
  primary.answered({ outcome: 'refused', commandStatus: 0x58 }, 0.02);
  primary.answered({ outcome: 'unknown', reason: 'response-timeout' }, 30);
  primary.submitted({ outcome: 'accepted', messageId: '1' }, 7);
  expect(await linesOf(bridge, 'response_seconds_sum')).toEqual([
    'signalbox_response_seconds_sum{provider="primary"} 0.06',
  ]);
});

test('binds are counted by their state, and a bind that is made anew as a reconnect', async () => {
  const bridge = createBridgeMetrics();
  const primary = bridge.of('primary', () => figures);
  const bound = { type: 'bound', systemId: 'smsc', scInterfaceVersion: 0x34 } as const;
  primary.happened(1, { type: 'connecting', attempt: 1 });
  primary.happened(1, bound);
  primary.happened(2, { type: 'bind-refused', commandStatus: 0x0e, attempt: 1, retryInMs: 1 });
  primary.happened(3, bound);
  primary.happened(3, { type: 'session-closed', closed: { reason: 'peer-dead' } });
  primary.happened(3, bound);
  expect(await linesOf(bridge, 'binds{')).toEqual([
    'signalbox_binds{provider="primary",state="connecting"} 0',
    'signalbox_binds{provider="primary",state="bound"} 2',
    'signalbox_binds{provider="primary",state="waiting"} 1',
  ]);
  expect(await linesOf(bridge, 'reconnects_total')).toEqual(['signalbox_reconnects_total{provider="primary"} 1']);
  expect(await linesOf(bridge, 'sessions_lost_total')).toEqual([
    'signalbox_sessions_lost_total{provider="primary",reason="peer-dead"} 1',
  ]);
});

test('each provider has its own figures, until it is no longer used', async () => {
  const bridge = createBridgeMetrics();
  bridge.of('primary', () => figures);
  const other = bridge.of('other', () => ({ ...figures, bound: 2 }));
  expect(await linesOf(bridge, 'bound_sessions')).toEqual([
    'signalbox_bound_sessions{provider="primary"} 1',
    'signalbox_bound_sessions{provider="other"} 2',
  ]);
  other.forget();
  expect(await linesOf(bridge, 'bound_sessions')).toEqual(['signalbox_bound_sessions{provider="primary"} 1']);
});

test('what was counted is published as one sum, once, with how full the windows are and what is not bound', () => {
  const added = vi.spyOn(metrics, 'addMetric');
  const bridge = createBridgeMetrics();
  const primary = bridge.of('primary', () => figures);
  bridge.of('other', () => figures);
  for (let part = 0; part < 1_000; part += 1) primary.submitted({ outcome: 'accepted', messageId: '' }, 0.1);
  primary.received('ignored', 'no-message-id');
  bridge.publish();
  bridge.publish();
  const values = (wanted: string) => added.mock.calls.filter(([name]) => name === wanted).map(([, , value]) => value);
  // What alarms divide by is told also when it is nought.
  expect(values('PartsSubmitted')).toEqual([1_000, 0]);
  expect(values('SubmitErrors')).toEqual([0, 0]);
  expect(values('ReceiptsReceived')).toEqual([0, 0]);
  expect(values('DeliveriesIgnored')).toEqual([1]);
  expect(values('BoundSessions')).toEqual([2, 2]);
  expect(values('BindsMissing')).toEqual([2, 2]);
  expect(values('WindowUsed')).toEqual([50, 50]);
});
