import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CallReport, clockMarginMs, enterGate, type Gate, type GateSettings, leaveGate, newGate } from './gate.ts';

const settings: GateSettings = {
  permits: 2,
  permitMs: 10_000,
  bucket: { ratePerSecond: 10, burst: 4 },
  failuresToOpen: 3,
  openMs: 1_000,
  longestOpenMs: 3_000,
};

const enter = (gate: Gate, id: string, now: number): Gate => {
  const entrance = enterGate(gate, settings, id, now);
  if (entrance.outcome === 'refused') throw new Error(`${id} is refused: ${entrance.reason}`);
  return entrance.gate;
};
const call = (gate: Gate, id: string, report: CallReport, now: number): Gate =>
  leaveGate(enter(gate, id, now), settings, id, report, now);
const refusal = (gate: Gate, id: string, now: number) => {
  const entrance = enterGate(gate, settings, id, now);
  return entrance.outcome === 'refused' ? [entrance.reason, entrance.retryAfterMs] : 'entered';
};

test('so many are inside and no more, until one leaves', () => {
  const full = enter(enter(newGate, 'a', 0), 'b', 0);
  expect(refusal(full, 'c', 0)).toEqual(['no-permit', 10_000]);
  expect(refusal(leaveGate(full, settings, 'a', 'answered', 0), 'c', 0)).toBe('entered');
});

test('a permit that was never given back is free after its time and the margin of clocks', () => {
  const full = enter(enter(newGate, 'a', 0), 'b', 5_000);
  expect(refusal(full, 'c', 10_000 + clockMarginMs - 1)).toEqual(['no-permit', 1]);
  expect(refusal(full, 'c', 10_000 + clockMarginMs)).toBe('entered');
});

test('who asks again under the same id has one permit and one token', () => {
  const once = enter(newGate, 'a', 0);
  expect(enter(once, 'a', 1)).toEqual(once);
});

test('the rate is kept although permits are free', () => {
  let gate = newGate;
  for (const id of ['a', 'b', 'c', 'd']) gate = call(gate, id, 'answered', 0);
  expect(refusal(gate, 'e', 0)).toEqual(['rate', 100]);
  expect(refusal(gate, 'e', 100)).toBe('entered');
});

test('failures one after another open the circuit; an answer between them counts from the beginning', () => {
  let gate = newGate;
  for (const [n, report] of (['failed', 'failed', 'answered', 'failed', 'failed'] as const).entries())
    gate = call(gate, `${n}`, report, n * 1_000);
  expect(gate.circuit).toEqual({ state: 'closed', failures: 2 });
  gate = call(gate, 'last', 'failed', 6_000);
  expect(refusal(gate, 'next', 6_000)).toEqual(['circuit-open', 1_000]);
});

const opened = (): Gate => ['a', 'b', 'c'].reduce((gate, id) => call(gate, id, 'failed', 0), newGate);

test('when its time is over one alone probes, and its answer closes the circuit for all', () => {
  const probing = enter(opened(), 'probe', 1_000);
  expect(refusal(probing, 'other', 1_000)).toEqual(['circuit-open', 10_000 + clockMarginMs]);
  expect(refusal(leaveGate(probing, settings, 'probe', 'answered', 1_500), 'other', 1_500)).toBe('entered');
});

test('a probe that fails keeps it open twice as long, up to a limit', () => {
  let gate = opened();
  const waits = [];
  for (let now = 0, n = 0; n < 4; n += 1) {
    const { circuit } = gate;
    now = circuit.state === 'open' ? circuit.until : now;
    gate = call(gate, `probe-${n}`, 'failed', now);
    waits.push(gate.circuit.state === 'open' ? gate.circuit.until - now : 0);
  }
  expect(waits).toEqual([2_000, 3_000, 3_000, 3_000]);
});

test('a probe that died is followed by another when its permit has run out', () => {
  const probing = enter(opened(), 'dead', 1_000);
  const later = 1_000 + settings.permitMs + clockMarginMs;
  expect(refusal(probing, 'next', later - 1)).toEqual(['circuit-open', 1]);
  const next = enter(probing, 'next', later);
  expect(leaveGate(next, settings, 'dead', 'answered', later).circuit).toMatchObject({ state: 'half-open' });
});

test('calls that were under way when it opened change nothing', () => {
  const gate = enter(enter(newGate, 'slow', 0), 'x', 0);
  const open = ['x', 'y', 'z'].reduce((g, id) => call(g, id, 'failed', 0), gate);
  expect(leaveGate(open, settings, 'slow', 'answered', 10).circuit).toEqual(open.circuit);
});

test('whatever happens: never more inside than permits, never above the rate, never two probes', () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 4_000 }),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    does: fc.constantFrom('enter', 'answered', 'failed'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let gate = newGate;
      let now = 0;
      let calls = 0;
      const entered: number[] = [];
      for (const { ms, id, does } of steps) {
        now += ms;
        if (does !== 'enter') {
          gate = leaveGate(gate, settings, id, does as CallReport, now);
          continue;
        }
        calls += 1;
        const entrance = enterGate(gate, settings, `${id}`, now);
        if (entrance.outcome === 'refused' || entrance.gate === gate) continue;
        gate = entrance.gate;
        entered.push(now);
        const inside = gate.permits.filter((permit) => permit.until + clockMarginMs > now);
        expect(inside.length).toBeLessThanOrEqual(settings.permits);
        if (gate.circuit.state === 'half-open')
          expect(inside.map((permit) => permit.id)).toContain(gate.circuit.probe.id);
      }
      expect(entered.length).toBeLessThanOrEqual(calls);
      for (const [n, at] of entered.entries()) {
        const inSecond = entered.slice(n).filter((other) => other < at + 1_000).length;
        expect(inSecond).toBeLessThanOrEqual(settings.bucket.burst + settings.bucket.ratePerSecond);
      }
    }),
  );
});
