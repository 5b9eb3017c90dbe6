import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is read off one provider's link when somebody looks. */
export interface LinkFigures {
  /** Binds of the account that this task may have. */
  readonly slots: number;
  readonly bound: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly inHand: number;
  /** What the windows of all sessions hold as they are now. */
  readonly window: number;
  /** Parts per second that all sessions together submit at most. */
  readonly rate: number;
  /** Binds whose system_id or password the SMSC does not take. */
  readonly openCircuits: number;
}

/** In seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A bind waits between two attempts. */
export type BindState = 'connecting' | 'bound' | 'waiting';

const bindStates: readonly BindState[] = ['connecting', 'bound', 'waiting'];

/** One provider, as the gauges see it. */
export interface Measured {
  readonly provider: string;
  figures(): LinkFigures;
  bindsIn(state: BindState): number;
}

const registerGauges = (registry: Registry, all: () => Iterable<Measured>): void => {
  const registers = [registry];
  const gauge = (name: string, help: string, value: (figures: LinkFigures) => number) =>
    new Gauge({
      name: `signalbox_${name}`,
      help,
      labelNames: ['provider'],
      registers,
      collect() {
        this.reset();
        for (const { provider, figures } of all()) this.set({ provider }, value(figures()));
      },
    });
  gauge('bind_slots', 'Binds of the account that this task may have', ({ slots }) => slots);
  gauge('bound_sessions', 'Sessions that are bound', ({ bound }) => bound);
  gauge('in_flight_parts', 'Submissions without a response yet', ({ inFlight }) => inFlight);
  gauge('waiting_parts', 'Parts that wait for a slot in a window', ({ waiting }) => waiting);
  gauge('in_hand_parts', 'Parts given to the provider and not yet decided', ({ inHand }) => inHand);
  gauge('window_parts', 'Submissions that may be in flight at once, as the windows are now', ({ window }) => window);
  gauge('rate_parts_per_second', 'Parts a second that are submitted at most, as it is now', ({ rate }) => rate);
  gauge('open_circuits', 'Binds whose system_id or password is not taken', ({ openCircuits }) => openCircuits);
  new Gauge({
    name: 'signalbox_binds',
    help: 'Binds by their state',
    labelNames: ['provider', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { provider, bindsIn } of all())
        for (const state of bindStates) this.set({ provider, state }, bindsIn(state));
    },
  });
};

/** What /metrics shows of every provider. */
export const createInstruments = (all: () => Iterable<Measured>) => {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter<Label | 'provider'>({
      name: `signalbox_${name}_total`,
      help,
      labelNames: ['provider', ...labelNames],
      registers,
    });

  registerGauges(registry, all);
  return {
    registry,
    submits: counter('submits', 'Submissions by what was answered', ['outcome', 'class', 'command_status']),
    responses: new Histogram({
      name: 'signalbox_response_seconds',
      help: 'From sending a submission to its response: how quick the provider is',
      labelNames: ['provider'],
      buckets,
      registers,
    }),
    latency: new Histogram({
      name: 'signalbox_submit_seconds',
      help: 'From handing a part over to its last response, waiting for a slot and throttlings included',
      labelNames: ['provider'],
      buckets,
      registers,
    }),
    deliveries: counter('deliveries', 'deliver_sm and data_sm by what they were', ['kind', 'reason']),
    bindsRefused: counter('binds_refused', 'Binds that the SMSC refused', ['command_status']),
    lost: counter('sessions_lost', 'Sessions that ended without our unbind', ['reason']),
    reconnects: counter('reconnects', 'Binds that were made anew after a session was lost', []),
    deferred: counter('deferred', 'Messages that went back because no provider took them', ['reason']),
    events: counter('session_events', 'Everything that happened to a session', ['type']),
  };
};
