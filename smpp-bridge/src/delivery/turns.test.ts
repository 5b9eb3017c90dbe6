import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTurns, type Turn } from './turns.ts';

const job = (place: number, destination: string, message: string): Turn => ({ place, destination, message });

test('messages to one destination go one after the other, those to others do not wait', () => {
  const turns = createTurns();
  const [a1, a2, b, c] = [job(1, 'x', 'a'), job(2, 'x', 'a'), job(3, 'x', 'b'), job(4, 'y', 'c')];
  for (const each of [a1, a2, b, c]) turns.add(each);
  expect([turns.next(), turns.next(), turns.next(), turns.next()]).toEqual([a1, a2, c, undefined]);
  turns.decided(a1);
  expect(turns.next()).toBeUndefined();
  turns.decided(a2);
  expect(turns.next()).toBe(b);
});

test('what is put back comes before what was asked for later', () => {
  const turns = createTurns();
  const [a, b, c] = [job(1, 'x', 'a'), job(2, 'y', 'b'), job(3, 'z', 'c')];
  for (const each of [a, b, c]) turns.add(each);
  turns.next();
  turns.next();
  turns.putBack(b);
  turns.putBack(a);
  expect([turns.next(), turns.next(), turns.next()]).toEqual([a, b, c]);
});

test('what is removed holds nobody up', () => {
  const turns = createTurns();
  const [a, b, c] = [job(1, 'x', 'a'), job(2, 'x', 'b'), job(3, 'x', 'c')];
  for (const each of [a, b, c]) turns.add(each);
  expect(turns.remove(({ message }) => message !== 'c')).toEqual([a, b]);
  expect([turns.waiting, turns.next()]).toEqual([1, c]);
});

test('whatever is done to them, every part comes out once, and messages to a destination in their order', () => {
  const jobs = fc.array(fc.record({ destination: fc.nat(2), message: fc.nat(3) }), { maxLength: 30 });
  fc.assert(
    fc.property(jobs, fc.infiniteStream(fc.nat(2)), (given, dice) => {
      const turns = createTurns();
      given.forEach(({ destination, message }, i) => {
        turns.add(job(i, `${destination}`, `${destination} ${message}`));
      });
      const out: Turn[] = [];
      const done: Turn[] = [];
      while (turns.waiting + out.length > 0) {
        const next = turns.next();
        if (next) out.push(next);
        const open = new Map<string, string>();
        for (const { destination, message } of out)
          expect(open.set(destination, open.get(destination) ?? message).get(destination)).toBe(message);
        const action = dice.next().value;
        const one = action === 0 ? undefined : out.shift();
        if (one && action === 1) turns.putBack(one);
        else if (one) {
          done.push(one);
          turns.decided(one);
        }
      }
      expect(done.toSorted((a, b) => a.place - b.place).map(({ place }) => place)).toEqual(given.map((_, i) => i));
    }),
  );
});
