import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startWindow, type WindowEvent, type WindowSize, windowAfter } from './window-size.ts';

const most = 50;
const accepted = (sentAt: number, isFull = true) => ({ type: 'accepted', sentAt, isFull }) as const;
const after = (window: WindowSize, at: number, ...events: readonly WindowEvent[]): WindowSize =>
  events.reduce((now, event) => windowAfter(now, event, most, at), window);
const start = startWindow(most, 0);

test('it starts small, and no larger than is configured', () => {
  expect([startWindow(50, 0).size, startWindow(2, 0).size]).toEqual([4, 2]);
});

test('while answers are quick it grows, by one an answer, and after a first trouble by one a flight', () => {
  expect(after(start, 40, accepted(0), accepted(0)).size).toBe(6);
  const shrunk = after(start, 10, { type: 'unanswered', sentAt: 5 });
  expect(shrunk.size).toBe(2);
  expect(after(shrunk, 60, accepted(20), accepted(20)).size).toBeCloseTo(2.9);
});

test('a window that is not used does not grow, nor does any beyond what is configured', () => {
  expect(after(start, 40, accepted(0, false)).size).toBe(4);
  expect(after(start, 40, ...Array<WindowEvent>(100).fill(accepted(0))).size).toBe(most);
});

test('slow is what takes far longer than the quickest of late: a distant SMSC is not slow', () => {
  const near = after(start, 20, accepted(0));
  expect(after(near, 400, accepted(100)).size).toBeCloseTo(5 * 0.7);
  const distant = after(start, 600, accepted(0));
  expect(after(distant, 1_300, accepted(600)).size).toBe(6);
});

test('one flight shrinks it once', () => {
  const full = after(start, 40, ...Array<WindowEvent>(100).fill(accepted(0)));
  const lost = ['unanswered', 'unanswered'].map(() => ({ type: 'unanswered', sentAt: 10 }) as const);
  expect(after(full, 100, ...lost).size).toBe(25);
});

test('throttling takes what is not used, and a little of what is', () => {
  const full = after(start, 40, ...Array<WindowEvent>(100).fill(accepted(0)));
  expect(after(full, 100, { type: 'throttled', sentAt: 50, inFlight: 1 }).size).toBe(25);
  expect(after(full, 100, { type: 'throttled', sentAt: 50, inFlight: 50 }).size).toBe(45);
});

test('whatever happens, it stays between one and what is configured', () => {
  const event = fc.record({
    type: fc.constantFrom('accepted' as const, 'throttled' as const, 'unanswered' as const),
    after: fc.nat(100_000),
    ago: fc.nat(40_000),
    isFull: fc.boolean(),
    inFlight: fc.nat(60),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 300 }), (events) => {
      let [window, now] = [start, 0];
      for (const { after: pause, ago, ...rest } of events) {
        now += pause;
        window = windowAfter(window, { ...rest, sentAt: now - ago }, most, now);
        expect(window.size).toBeGreaterThanOrEqual(1);
        expect(window.size).toBeLessThanOrEqual(most);
      }
    }),
  );
});
