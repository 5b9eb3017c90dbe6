import { afterEach, expect, test, vi } from 'vitest';
import { metrics } from '#shared/telemetry.ts';
import { type BridgeMetrics, createBridgeMetrics } from './bridge-metrics.ts';

afterEach(() => vi.restoreAllMocks());

const state = { bound: 1, inFlight: 5, waiting: 7, inHand: 12, window: 10, rate: 100, openCircuits: 0 };

const linesOf = async (bridge: BridgeMetrics, name: string) =>
  (await bridge.registry.metrics()).split('\n').filter((line) => line.startsWith(`signalbox_${name}`));

test('every answer counts by its class and its status, and a throttling is no decided part', async () => {
  const bridge = createBridgeMetrics('primary', () => state);
  bridge.answered({ outcome: 'refused', commandStatus: 0x58 }, 0.02);
  bridge.answered({ outcome: 'refused', commandStatus: 0x401 }, 0.02);
  bridge.answered({ outcome: 'accepted', messageId: '1' }, 0.2);
  bridge.submitted({ outcome: 'accepted', messageId: '1' }, 0.3);
  expect(await linesOf(bridge, 'submits_total')).toEqual([
    'signalbox_submits_total{outcome="refused",class="throttle",command_status="ESME_RTHROTTLED",provider="primary"} 1',
    'signalbox_submits_total{outcome="refused",class="vendor",command_status="0x00000401",provider="primary"} 1',
    'signalbox_submits_total{outcome="accepted",class="",command_status="",provider="primary"} 1',
  ]);
  expect(await linesOf(bridge, 'submit_seconds_count')).toEqual([
    'signalbox_submit_seconds_count{provider="primary"} 1',
  ]);
});

test('how quick the SMSC is counts its answers alone: no waiting, and not that none came', async () => {
  const bridge = createBridgeMetrics('primary', () => state);
  bridge.answered({ outcome: 'accepted', messageId: '1' }, 0.04);
  bridge.answered({ outcome: 'refused', commandStatus: 0x58 }, 0.02);
  bridge.answered({ outcome: 'unknown', reason: 'response-timeout' }, 30);
  bridge.submitted({ outcome: 'accepted', messageId: '1' }, 7);
  expect(await linesOf(bridge, 'response_seconds_sum')).toEqual([
    'signalbox_response_seconds_sum{provider="primary"} 0.06',
  ]);
});

test('binds are counted by their state, and a bind that is made anew as a reconnect', async () => {
  const bridge = createBridgeMetrics('primary', () => state);
  const bound = { type: 'bound', systemId: 'smsc', scInterfaceVersion: 0x34 } as const;
  bridge.happened(1, { type: 'connecting', attempt: 1 });
  bridge.happened(1, bound);
  bridge.happened(2, { type: 'bind-refused', commandStatus: 0x0e, attempt: 1, retryInMs: 1 });
  bridge.happened(3, bound);
  bridge.happened(3, { type: 'session-closed', closed: { reason: 'peer-dead' } });
  bridge.happened(3, bound);
  expect(await linesOf(bridge, 'binds{')).toEqual([
    'signalbox_binds{state="connecting",provider="primary"} 0',
    'signalbox_binds{state="bound",provider="primary"} 2',
    'signalbox_binds{state="waiting",provider="primary"} 1',
  ]);
  expect(await linesOf(bridge, 'reconnects_total')).toEqual(['signalbox_reconnects_total{provider="primary"} 1']);
  expect(await linesOf(bridge, 'sessions_lost_total')).toEqual([
    'signalbox_sessions_lost_total{reason="peer-dead",provider="primary"} 1',
  ]);
});

test('what was counted is published as one sum, once, with how full the windows are', () => {
  const added = vi.spyOn(metrics, 'addMetric');
  const bridge = createBridgeMetrics('primary', () => state);
  for (let part = 0; part < 1_000; part += 1) bridge.submitted({ outcome: 'accepted', messageId: '' }, 0.1);
  bridge.received('ignored', 'no-message-id');
  bridge.publish();
  bridge.publish();
  const values = (wanted: string) => added.mock.calls.filter(([name]) => name === wanted).map(([, , value]) => value);
  expect(values('PartsSubmitted')).toEqual([1_000]);
  expect(values('DeliveriesIgnored')).toEqual([1]);
  expect(values('BoundSessions')).toEqual([1, 1]);
  expect(values('WindowUsed')).toEqual([50, 50]);
});
