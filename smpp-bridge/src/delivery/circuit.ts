/** Whether a provider that is bound takes anything. Times are in milliseconds of one monotonic clock. */
export interface Circuit {
  /** What was not taken since it last took something, each by how much it says. */
  readonly trouble: number;
  /** When that began. */
  readonly since: number;
  /** Until then nothing is given to it where another could take it; a past moment: closed, or being tried again. */
  readonly openUntil: number;
  readonly openMs: number;
}

/** What became of a part, as far as it tells of the provider and not of the message. */
export type CircuitEvent = 'taken' | 'throttled' | 'transient' | 'unanswered';

/** A silence says more than a refusal, and a throttling is part of the usual way with many. */
const weightOf = { throttled: 1, transient: 2, unanswered: 4 } as const;
const mostTrouble = 10;
/** A burst is refused as a whole, which says one thing once. */
const leastMs = 3_000;
const firstOpenMs = 30_000;
const longestOpenMs = 300_000;

export const closedCircuit: Circuit = {
  trouble: 0,
  since: 0,
  openUntil: Number.NEGATIVE_INFINITY,
  openMs: firstOpenMs,
};

export const isOpen = ({ openUntil }: Circuit, now: number): boolean => now < openUntil;

/** It was open, and has not yet taken anything since: a few parts are to try it, not all that wait. */
export const isTrying = (circuit: Circuit, now: number): boolean =>
  circuit.openUntil > Number.NEGATIVE_INFINITY && !isOpen(circuit, now);

/** The circuit after an event: open for 30 s, and twice as long each time it is tried in vain, up to five minutes. */
export const circuitAfter = (circuit: Circuit, event: CircuitEvent, now: number): Circuit => {
  if (event === 'taken') return closedCircuit;
  if (isOpen(circuit, now)) return circuit;
  if (isTrying(circuit, now)) {
    const openMs = Math.min(longestOpenMs, circuit.openMs * 2);
    return { ...circuit, openUntil: now + openMs, openMs };
  }
  const since = circuit.trouble === 0 ? now : circuit.since;
  const trouble = circuit.trouble + weightOf[event];
  const opens = trouble >= mostTrouble && now - since >= leastMs;
  return { ...circuit, trouble, since, ...(opens && { openUntil: now + circuit.openMs }) };
};
