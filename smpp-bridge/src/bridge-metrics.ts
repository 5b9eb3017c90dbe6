import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Registry } from 'prom-client';
import { metrics, publishMetrics } from '#shared/telemetry.ts';
import { type BindState, createInstruments, type LinkFigures, type Measured } from './bridge-instruments.ts';
import { commandStatusName, type StatusTable, statusTable } from './pdu/command-status.ts';
import { createProviderSums, type ProviderSums } from './provider-sums.ts';
import type { SubmitResult } from './session/session-types.ts';
import type { SupervisorEvent } from './session/supervisor.ts';

/** The figures of one provider. */
export interface ProviderMetrics {
  /** One submission was answered, or not, `seconds` after it was sent; a throttled part is answered more than once. */
  answered(result: SubmitResult, seconds: number): void;
  /** A part is decided. */
  submitted(result: SubmitResult, seconds: number): void;
  /** A deliver_sm or data_sm was read; `reason` is why it is ignored. */
  received(kind: 'receipt' | 'inbound' | 'ignored', reason?: string): void;
  /** Something happened to a bind, which is told by the number of its slot. */
  happened(bind: number, event: SupervisorEvent): void;
  /** A message went back because no provider took it; this one was its first choice. */
  deferred(reason: string): void;
  /** It is no longer used: its gauges go, its counters stay. */
  forget(): void;
}

export interface BridgeMetrics {
  readonly registry: Registry;
  /** @param statusOf what this provider's refusals mean: the specification's table when left out. */
  of(provider: string, figures: () => LinkFigures, statusOf?: StatusTable): ProviderMetrics;
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

/** Told also when there was none: what an alarm divides by, or compares with, must not be missing. */
const alwaysTold = ['PartsSubmitted', 'SubmitErrors', 'ReceiptsReceived'] as const;

/** Sums for CloudWatch, between two minutes: adding to a metric for each part would cost more than the part does. */
const createSums = () => {
  const zeros = () => new Map<string, number>(alwaysTold.map((name) => [name, 0]));
  let sums = zeros();
  return {
    add: (name: string) => void sums.set(name, (sums.get(name) ?? 0) + 1),
    move: () => {
      for (const [name, sum] of sums) metrics.addMetric(name, MetricUnit.Count, sum);
      sums = zeros();
    },
  };
};

const publishAll = (all: readonly LinkFigures[]): void => {
  const sum = (value: (figures: LinkFigures) => number) => all.reduce((total, each) => total + value(each), 0);
  const inFlight = sum((each) => each.inFlight);
  const window = sum((each) => each.window);
  metrics.addMetric(
    'BoundSessions',
    MetricUnit.Count,
    sum(({ bound }) => bound),
  );
  metrics.addMetric(
    'BindsMissing',
    MetricUnit.Count,
    sum(({ slots, bound }) => Math.max(0, slots - bound)),
  );
  metrics.addMetric(
    'OpenCircuits',
    MetricUnit.Count,
    sum(({ openCircuits }) => openCircuits),
  );
  metrics.addMetric('PartsInFlight', MetricUnit.Count, inFlight);
  metrics.addMetric(
    'PartsWaiting',
    MetricUnit.Count,
    sum(({ waiting }) => waiting),
  );
  if (window > 0) metrics.addMetric('WindowUsed', MetricUnit.Percent, (100 * inFlight) / window);
};

type Instruments = ReturnType<typeof createInstruments>;
type Sums = ReturnType<typeof createSums>;

/** Which binds of a provider are in which state, by what happened to them. */
const createBinds = (provider: string, { events, reconnects, bindsRefused, lost }: Instruments, sums: Sums) => {
  const binds = new Map<number, BindState>();
  const everBound = new Set<number>();
  const rebound = (bind: number): void => {
    if (everBound.has(bind)) {
      reconnects.inc({ provider });
      sums.add('SessionsReconnected');
    }
    everBound.add(bind);
  };
  return {
    bindsIn: (wanted: BindState) => [...binds.values()].filter((each) => each === wanted).length,
    happened: (bind: number, event: SupervisorEvent): void => {
      events.inc({ provider, type: event.type });
      const after = stateAfter[event.type];
      if (after !== undefined) binds.set(bind, after);
      if (event.type === 'bound') rebound(bind);
      if (event.type === 'bind-refused') {
        bindsRefused.inc({ provider, command_status: commandStatusName(event.commandStatus) });
        sums.add('BindsRefused');
      }
      if (event.type === 'session-closed' && event.closed.reason !== 'unbound') {
        lost.inc({ provider, reason: event.closed.reason });
        sums.add('SessionsLost');
      }
      // A slot that was given back is no bind of this task any more.
      if (event.type === 'session-closed' && event.closed.reason === 'unbound') binds.delete(bind);
    },
  };
};

/** The same figures for Prometheus and, by EMF, for CloudWatch; never a client or a number among their labels. */
export const createBridgeMetrics = (): BridgeMetrics => {
  const providers = new Map<string, Measured & { readonly own: ProviderSums }>();
  const instruments = createInstruments(() => providers.values());
  const sums = createSums();

  return {
    registry: instruments.registry,
    of: (provider, figures, statusOf = statusTable()) => {
      const { bindsIn, happened } = createBinds(provider, instruments, sums);
      const own = createProviderSums(provider);
      const measured = { provider, figures, bindsIn, own };
      providers.set(provider, measured);
      return {
        answered: (result, seconds) => {
          const refused = result.outcome === 'refused' ? result.commandStatus : undefined;
          const meaning = refused === undefined ? '' : statusOf(refused).means;
          const command_status = refused === undefined ? '' : commandStatusName(refused);
          instruments.submits.inc({ provider, outcome: result.outcome, class: meaning, command_status });
          if (result.outcome !== 'unknown') {
            instruments.responses.observe({ provider }, seconds);
            own.responded(seconds);
          }
          if (result.outcome !== 'accepted') own.refused(command_status || result.outcome);
          if (meaning === 'throttle') sums.add('SubmitsThrottled');
        },
        submitted: (result, seconds) => {
          instruments.latency.observe({ provider }, seconds);
          sums.add(result.outcome === 'accepted' ? 'PartsSubmitted' : 'SubmitErrors');
          if (result.outcome === 'accepted') own.submitted();
        },
        received: (kind, reason = '') => {
          instruments.deliveries.inc({ provider, kind, reason });
          if (kind === 'receipt') {
            sums.add('ReceiptsReceived');
            own.receipted();
          }
          if (kind === 'ignored') sums.add('DeliveriesIgnored');
        },
        happened,
        deferred: (reason) => {
          instruments.deferred.inc({ provider, reason });
          sums.add('MessagesDeferred');
        },
        forget: () => {
          if (providers.get(provider) === measured) providers.delete(provider);
        },
      };
    },
    publish: () => {
      sums.move();
      const all = [...providers.values()].map(({ figures, own }) => ({ own, figures: figures() }));
      for (const { own, figures } of all) own.publish(figures);
      publishAll(all.map(({ figures }) => figures));
      publishMetrics();
    },
  };
};
