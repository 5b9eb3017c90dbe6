import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWindow } from './window.ts';

const last = 0x7fffffff;

/** What is done to a window: so many are sent, or the nth of those that wait is answered or given up. */
const step = fc.oneof(
  fc.record({ send: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ settle: fc.nat() }),
  fc.record({ bury: fc.nat() }),
);

test('whatever comes and goes, those that wait are found by their number and leave in their order', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, last - 30), fc.array(step, { maxLength: 120 }), (firstSequenceNumber, steps) => {
      const window = createWindow<number, number>({ size: 10_000, tombstones: 10_000, firstSequenceNumber });
      const model: number[] = [];
      const pick = (nth: number) => model.splice(nth % model.length, 1)[0] ?? 0;
      for (const each of steps) {
        if ('send' in each)
          for (let n = 0; n < each.send; n++) {
            const sequenceNumber = window.nextSequenceNumber();
            window.add({ sequenceNumber, sentAt: 0, batch: 0, entry: sequenceNumber });
            model.push(sequenceNumber);
          }
        else if (model.length > 0 && 'settle' in each) {
          const number = pick(each.settle);
          expect(window.settle(number)?.entry).toBe(number);
          expect(window.settle(number)).toBeUndefined();
        } else if (model.length > 0 && 'bury' in each) window.bury(pick(each.bury), 0);
        expect([window.inFlight, window.oldest?.entry]).toEqual([model.length, model[0]]);
      }
      expect(new Set(model).size).toBe(model.length);
      expect(window.drain().map(({ entry }) => entry)).toEqual(model);
    }),
  );
});

test('one that is never answered holds nobody up, and its number is not given to another', () => {
  const window = createWindow<number, number>({ size: 10, tombstones: 10 });
  const send = () => {
    const sequenceNumber = window.nextSequenceNumber();
    window.add({ sequenceNumber, sentAt: 0, batch: 0, entry: sequenceNumber });
    return sequenceNumber;
  };
  const forgotten = send();
  for (let n = 0; n < 10_000; n++) expect(window.settle(send())).toBeDefined();
  expect([window.inFlight, window.oldest?.sequenceNumber]).toEqual([1, forgotten]);
});
