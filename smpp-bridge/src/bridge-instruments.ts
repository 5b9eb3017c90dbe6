import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is read off the bridge when somebody looks. */
export interface BridgeState {
  readonly bound: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly inHand: number;
  /** What the windows of all sessions hold as they are now. */
  readonly window: number;
  /** Parts per second that all sessions together submit at most. */
  readonly rate: number;
  readonly openCircuits: number;
}

/** In seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A bind waits between two attempts. */
export type BindState = 'connecting' | 'bound' | 'waiting';

const bindStates: readonly BindState[] = ['connecting', 'bound', 'waiting'];

const registerGauges = (registry: Registry, state: () => BridgeState, bindsIn: (state: BindState) => number): void => {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `signalbox_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('bound_sessions', 'SMPP sessions that are bound', () => state().bound);
  gauge('in_flight_parts', 'submit_sm without a response yet', () => state().inFlight);
  gauge('waiting_parts', 'Parts that wait for a slot in a window', () => state().waiting);
  gauge('in_hand_parts', 'Parts received from a queue and not yet reported', () => state().inHand);
  gauge('window_parts', 'submit_sm that may be in flight at once, as the windows are now', () => state().window);
  gauge('rate_parts_per_second', 'Parts a second that are submitted at most, as it is now', () => state().rate);
  gauge('open_circuits', 'Binds whose system_id or password the SMSC does not take', () => state().openCircuits);
  new Gauge({
    name: 'signalbox_binds',
    help: 'Binds by their state',
    labelNames: ['state'],
    registers,
    collect() {
      for (const each of bindStates) this.set({ state: each }, bindsIn(each));
    },
  });
};

/** What /metrics shows of one provider's bridge. */
export const createInstruments = (
  provider: string,
  state: () => BridgeState,
  bindsIn: (state: BindState) => number,
) => {
  const registry = new Registry();
  registry.setDefaultLabels({ provider });
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `signalbox_${name}_total`, help, labelNames, registers });

  registerGauges(registry, state, bindsIn);
  return {
    registry,
    submits: counter('submits', 'submit_sm by what the SMSC answered', ['outcome', 'class', 'command_status']),
    responses: new Histogram({
      name: 'signalbox_response_seconds',
      help: 'From sending a submit_sm to its submit_sm_resp: how quick the SMSC is',
      buckets,
      registers,
    }),
    latency: new Histogram({
      name: 'signalbox_submit_seconds',
      help: 'From handing a part over to its last response, waiting for a slot and throttlings included',
      buckets,
      registers,
    }),
    deliveries: counter('deliveries', 'deliver_sm and data_sm by what they were', ['kind', 'reason']),
    bindsRefused: counter('binds_refused', 'Binds that the SMSC refused', ['command_status']),
    lost: counter('sessions_lost', 'Sessions that ended without our unbind', ['reason']),
    reconnects: counter('reconnects', 'Binds that were made anew after a session was lost'),
    events: counter('session_events', 'Everything that happened to a session', ['type']),
  };
};
