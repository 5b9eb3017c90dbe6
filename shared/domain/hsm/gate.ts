import { type Bucket, costOf, latestArrival } from '#shared/domain/token-bucket.ts';

/** What an HSM may be asked, by all processes together. */
export interface GateSettings {
  /** The most calls at once. */
  readonly permits: number;
  /** How long a permit is good for; longer than any call may take. */
  readonly permitMs: number;
  readonly bucket: Bucket;
  /** So many failures one after another open the circuit. */
  readonly failuresToOpen: number;
  /** How long it stays open at first; twice as long after each probe that failed. */
  readonly openMs: number;
  readonly longestOpenMs: number;
}

export interface Permit {
  readonly id: string;
  readonly until: number;
}

export type Circuit =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly until: number; readonly openMs: number }
  /** One holder tries whether the HSM is back. */
  | { readonly state: 'half-open'; readonly probe: Permit; readonly openMs: number };

/** Times are milliseconds since the epoch, of the clocks of all those who ask. */
export interface Gate {
  readonly permits: readonly Permit[];
  /** The bucket's arrival time. */
  readonly arrival: number;
  readonly circuit: Circuit;
}

export type GateRefusal = 'circuit-open' | 'no-permit' | 'rate';

export type Entrance =
  | { readonly outcome: 'entered'; readonly gate: Gate }
  | { readonly outcome: 'refused'; readonly reason: GateRefusal; readonly retryAfterMs: number };

/** `failed`: the HSM is unwell. A refusal is an answer like another, and no failure. */
export type CallReport = 'answered' | 'failed';

/** How far clocks may be apart: a permit is another's so much later than its end. */
export const clockMarginMs = 2_000;

export const newGate: Gate = { permits: [], arrival: 0, circuit: { state: 'closed', failures: 0 } };

const isLive = (now: number) => (permit: Permit) => permit.until + clockMarginMs > now;

const refused = (reason: GateRefusal, until: number, now: number): Entrance => ({
  outcome: 'refused',
  reason,
  retryAfterMs: Math.max(1, Math.ceil(until - now)),
});

/** When the circuit lets the next one through; undefined when it does so now. */
const closedUntil = (circuit: Circuit, now: number): number | undefined => {
  if (circuit.state === 'open' && circuit.until > now) return circuit.until;
  if (circuit.state === 'half-open' && isLive(now)(circuit.probe)) return circuit.probe.until + clockMarginMs;
  return undefined;
};

/**
 * Asks to be let in, under an id that is new for each call. Asked again under the same id, because the first answer was
 * lost, it gives the same permit: nothing is counted twice.
 */
export const enterGate = (gate: Gate, settings: GateSettings, id: string, now: number): Entrance => {
  if (gate.permits.some((permit) => permit.id === id && permit.until > now)) return { outcome: 'entered', gate };
  const permits = gate.permits.filter(isLive(now));
  const { circuit } = gate;
  const until = closedUntil(circuit, now);
  if (until !== undefined) return refused('circuit-open', until, now);
  if (permits.length >= settings.permits) {
    const first = Math.min(...permits.map((permit) => permit.until)) + clockMarginMs;
    return refused('no-permit', Math.min(first, now + settings.permitMs), now);
  }
  const latest = latestArrival(settings.bucket, now);
  if (gate.arrival > latest) return refused('rate', now + gate.arrival - latest, now);
  const permit = { id, until: now + settings.permitMs };
  return {
    outcome: 'entered',
    gate: {
      permits: [...permits, permit],
      arrival: Math.max(gate.arrival, now) + costOf(settings.bucket),
      circuit: circuit.state === 'closed' ? circuit : { state: 'half-open', probe: permit, openMs: circuit.openMs },
    },
  };
};

const reported = (circuit: Circuit, settings: GateSettings, id: string, report: CallReport, now: number): Circuit => {
  if (circuit.state === 'closed') {
    const failures = report === 'failed' ? circuit.failures + 1 : 0;
    if (failures < settings.failuresToOpen) return { state: 'closed', failures };
    return { state: 'open', until: now + settings.openMs, openMs: settings.openMs };
  }
  // What was under way when it opened says nothing new; of a half-open one only its probe does.
  if (circuit.state === 'open' || circuit.probe.id !== id) return circuit;
  if (report === 'answered') return { state: 'closed', failures: 0 };
  const openMs = Math.min(2 * circuit.openMs, settings.longestOpenMs);
  return { state: 'open', until: now + openMs, openMs };
};

/** Gives a permit back with what came of the call. A permit that had run out changes nothing any more. */
export const leaveGate = (gate: Gate, settings: GateSettings, id: string, report: CallReport, now: number): Gate => {
  if (!gate.permits.some((permit) => permit.id === id)) return gate;
  return {
    ...gate,
    permits: gate.permits.filter((permit) => permit.id !== id),
    circuit: reported(gate.circuit, settings, id, report, now),
  };
};
