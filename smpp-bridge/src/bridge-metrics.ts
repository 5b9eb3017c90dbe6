import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Registry } from 'prom-client';
import { metrics, publishMetrics } from '#shared/telemetry.ts';
import { type BindState, type BridgeState, createInstruments } from './bridge-instruments.ts';
import { commandStatusName, type StatusTable, statusTable } from './pdu/command-status.ts';
import type { SubmitResult } from './session/session-types.ts';
import type { SupervisorEvent } from './session/supervisor.ts';

export interface BridgeMetrics {
  readonly registry: Registry;
  /** One submit_sm was answered, or not, `seconds` after it was sent; a throttled part is answered more than once. */
  answered(result: SubmitResult, seconds: number): void;
  /** A part is decided. */
  submitted(result: SubmitResult, seconds: number): void;
  /** A deliver_sm or data_sm was read; `reason` is why it is ignored. */
  received(kind: 'receipt' | 'inbound' | 'ignored', reason?: string): void;
  /** Something happened to a bind, which is told by its number. */
  happened(bind: number, event: SupervisorEvent): void;
  /** Once a minute: what the alarms look at. */
  publish(): void;
}

/** The state a bind is in after an event; after any other it is where it was. */
const stateAfter: { readonly [Type in SupervisorEvent['type']]?: BindState } = {
  connecting: 'connecting',
  bound: 'bound',
  'bind-refused': 'waiting',
  'bind-failed': 'waiting',
  'session-closed': 'waiting',
};

/** Sums for CloudWatch, between two minutes: adding to a metric for each part would cost more than the part does. */
const createSums = () => {
  let sums = new Map<string, number>();
  return {
    add: (name: string) => void sums.set(name, (sums.get(name) ?? 0) + 1),
    move: () => {
      for (const [name, sum] of sums) metrics.addMetric(name, MetricUnit.Count, sum);
      sums = new Map();
    },
  };
};

/**
 * The same figures for Prometheus and, by EMF, for CloudWatch; never a client or a number among their labels.
 *
 * @param statusOf what this provider's refusals mean: the specification's table when left out.
 */
export const createBridgeMetrics = (
  provider: string,
  state: () => BridgeState,
  statusOf: StatusTable = statusTable(),
): BridgeMetrics => {
  const binds = new Map<number, BindState>();
  const everBound = new Set<number>();
  const bindsIn = (wanted: BindState) => [...binds.values()].filter((each) => each === wanted).length;
  const instruments = createInstruments(provider, state, bindsIn);
  const sums = createSums();

  const rebound = (bind: number): void => {
    if (everBound.has(bind)) {
      instruments.reconnects.inc();
      sums.add('SessionsReconnected');
    }
    everBound.add(bind);
  };

  return {
    registry: instruments.registry,
    answered: (result, seconds) => {
      const refused = result.outcome === 'refused' ? result.commandStatus : undefined;
      const meaning = refused === undefined ? '' : statusOf(refused).means;
      const command_status = refused === undefined ? '' : commandStatusName(refused);
      instruments.submits.inc({ outcome: result.outcome, class: meaning, command_status });
      if (result.outcome !== 'unknown') instruments.responses.observe(seconds);
      if (meaning === 'throttle') sums.add('SubmitsThrottled');
    },
    submitted: (result, seconds) => {
      instruments.latency.observe(seconds);
      sums.add(result.outcome === 'accepted' ? 'PartsSubmitted' : 'SubmitErrors');
    },
    received: (kind, reason = '') => {
      instruments.deliveries.inc({ kind, reason });
      if (kind === 'receipt') sums.add('ReceiptsReceived');
      if (kind === 'ignored') sums.add('DeliveriesIgnored');
    },
    happened: (bind, event) => {
      instruments.events.inc({ type: event.type });
      const after = stateAfter[event.type];
      if (after !== undefined) binds.set(bind, after);
      if (event.type === 'bound') rebound(bind);
      if (event.type === 'bind-refused') {
        instruments.bindsRefused.inc({ command_status: commandStatusName(event.commandStatus) });
        sums.add('BindsRefused');
      }
      if (event.type === 'session-closed' && event.closed.reason !== 'unbound') {
        instruments.lost.inc({ reason: event.closed.reason });
        sums.add('SessionsLost');
      }
    },
    publish: () => {
      sums.move();
      const { bound, openCircuits, inFlight, window, waiting } = state();
      metrics.addMetric('BoundSessions', MetricUnit.Count, bound);
      metrics.addMetric('OpenCircuits', MetricUnit.Count, openCircuits);
      metrics.addMetric('PartsInFlight', MetricUnit.Count, inFlight);
      metrics.addMetric('PartsWaiting', MetricUnit.Count, waiting);
      if (window > 0) metrics.addMetric('WindowUsed', MetricUnit.Percent, (100 * inFlight) / window);
      publishMetrics();
    },
  };
};
