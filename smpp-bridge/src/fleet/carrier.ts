import type { ProviderMetrics } from '../bridge-metrics.ts';
import { type Circuit, type CircuitEvent, circuitAfter, closedCircuit, isOpen, isTrying } from '../delivery/circuit.ts';
import type { LaneLimits, LaneSession, WindowChange } from '../delivery/lane.ts';
import { createLinks, type Flow, type Links } from '../delivery/links.ts';
import type { PartsGate } from '../delivery/parts-gate.ts';
import type { PartToken } from '../delivery/to-outcome.ts';
import type { StatusTable } from '../pdu/command-status.ts';
import type { SubmitResult } from '../session/session-types.ts';

/** The sessions of one provider with its circuit, and with the count of what is in its hand. */
export interface Carrier<Fields> {
  readonly links: Links<Fields>;
  readonly inHand: number;
  readonly isCircuitOpen: boolean;
  readonly capacity: number;
  attach(session: LaneSession<Fields>, resized: (change: WindowChange) => void): void;
  submit(fields: Fields, token: PartToken, flow: Flow): Promise<SubmitResult>;
  roomIn(parts: number): number;
}

/** Room for a receive from each queue while other parts wait. */
const leastCapacity = 100;
/** What is in hand goes out within so many seconds, however slow the provider is. */
const secondsInHand = 20;
const leastSlowCapacity = 10;
/** While it is being tried whether a provider takes anything again. */
const tryingCapacity = 2;
const longestWaitSeconds = 900;

const eventOf = (result: SubmitResult, statusOf: StatusTable): CircuitEvent | undefined => {
  if (result.outcome === 'accepted') return 'taken';
  if (result.outcome === 'unknown') return 'unanswered';
  if (result.outcome === 'not-sent') return undefined;
  const { means } = statusOf(result.commandStatus);
  if (means === 'throttle') return 'throttled';
  return means === 'transient' ? 'transient' : undefined;
};

/** @param limits of each session, as they are set now. */
export const createCarrier = <Fields extends { readonly destination_addr: string }>(
  limits: () => LaneLimits,
  statusOf: StatusTable,
  metrics: Pick<ProviderMetrics, 'answered' | 'submitted'>,
  gate?: PartsGate,
): Carrier<Fields> => {
  const now = () => performance.now();
  let circuit: Circuit = closedCircuit;
  let inHand = 0;
  let promisedUntil = 0;

  const answered = (result: SubmitResult, seconds: number): void => {
    metrics.answered(result, seconds);
    const event = eventOf(result, statusOf);
    if (event === undefined) return;
    const wasOpen = isOpen(circuit, now());
    circuit = circuitAfter(circuit, event, now());
    // After this answer was dealt with: what it throttled waits again by then.
    if (!wasOpen && isOpen(circuit, now())) setImmediate(() => links.yieldWaiting());
  };
  const links = createLinks<Fields>({ limits: limits(), statusOf, answered, now, ...(gate && { gate }) });

  return {
    links,
    get inHand() {
      return inHand;
    },
    get isCircuitOpen() {
      return isOpen(circuit, now());
    },
    get capacity() {
      if (links.bound === 0) return 0;
      if (isTrying(circuit, now())) return tryingCapacity;
      const busy = Math.max(leastCapacity, 2 * links.bound * limits().mostInFlight);
      return Math.min(busy, Math.max(leastSlowCapacity, links.rate * secondsInHand));
    },
    attach: (session, resized) => links.attach(session, resized),
    submit: async (fields, token, flow) => {
      const startedAt = now();
      const parts = token.parts.length;
      inHand += parts;
      const result = await links.submit(fields, token, flow);
      inHand -= parts;
      metrics.submitted(result, (now() - startedAt) / 1000);
      return result;
    },
    roomIn: (parts) => {
      const perSecond = Math.max(0.1, links.rate);
      const begin = Math.max(promisedUntil, now() + (inHand / perSecond) * 1000);
      promisedUntil = begin + (parts / perSecond) * 1000;
      return Math.min(longestWaitSeconds, Math.ceil((begin - now()) / 1000) + 1);
    },
  };
};
