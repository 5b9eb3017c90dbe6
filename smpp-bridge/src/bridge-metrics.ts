import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { metrics, publishMetrics } from '#shared/telemetry.ts';
import { commandStatusName } from './pdu/command-status.ts';
import type { SubmitResult } from './session/session-types.ts';

/** What is read off the bridge when somebody looks. */
export interface BridgeState {
  readonly bound: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly inHand: number;
}

export interface BridgeMetrics {
  readonly registry: Registry;
  submitted(result: SubmitResult, seconds: number): void;
  received(kind: 'receipt' | 'inbound' | 'ignored'): void;
  bindLost(): void;
  /** Once a minute: what the alarms look at. */
  publish(): void;
}

/** The same figures for Prometheus and, by EMF, for CloudWatch; never a client or a number among their labels. */
export const createBridgeMetrics = (provider: string, state: () => BridgeState): BridgeMetrics => {
  const registry = new Registry();
  registry.setDefaultLabels({ provider });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `signalbox_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('bound_sessions', 'SMPP sessions that are bound', () => state().bound);
  gauge('in_flight_parts', 'submit_sm without a response yet', () => state().inFlight);
  gauge('waiting_parts', 'Parts that wait for a slot in a window', () => state().waiting);
  gauge('in_hand_parts', 'Parts received from a queue and not yet reported', () => state().inHand);
  const submits = new Counter({
    name: 'signalbox_submits_total',
    help: 'submit_sm by what became of them',
    labelNames: ['outcome', 'command_status'],
    registers: [registry],
  });
  const latency = new Histogram({
    name: 'signalbox_submit_seconds',
    help: 'From handing a part over to its response, waiting for a slot included',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'signalbox_deliveries_total',
    help: 'deliver_sm and data_sm by what they were',
    labelNames: ['kind'],
    registers: [registry],
  });
  const lost = new Counter({
    name: 'signalbox_sessions_lost_total',
    help: 'Sessions that ended',
    registers: [registry],
  });
  return {
    registry,
    submitted: (result, seconds) => {
      const command_status = result.outcome === 'refused' ? commandStatusName(result.commandStatus) : '';
      submits.inc({ outcome: result.outcome, command_status });
      latency.observe(seconds);
      if (result.outcome === 'accepted') metrics.addMetric('PartsSubmitted', MetricUnit.Count, 1);
      else metrics.addMetric('SubmitErrors', MetricUnit.Count, 1);
    },
    received: (kind) => {
      deliveries.inc({ kind });
      if (kind === 'receipt') metrics.addMetric('ReceiptsReceived', MetricUnit.Count, 1);
    },
    bindLost: () => lost.inc(),
    publish: () => {
      metrics.addMetric('BoundSessions', MetricUnit.Count, state().bound);
      publishMetrics();
    },
  };
};
