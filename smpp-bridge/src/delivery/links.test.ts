import { expect, test } from 'vitest';
import type { Session, SubmitResult, SubmitSmFields } from '../session/session-types.ts';
import { createLinks } from './links.ts';

/** A session that is told what to answer: what stands behind the interface is tested with real sockets elsewhere. */
const createSession = (slots: number, answer: (fields: SubmitSmFields) => Promise<SubmitResult>) => {
  let inFlight = 0;
  let state: Session['state'] = 'BOUND_TRX';
  let waiters: ((free: boolean) => void)[] = [];
  const wake = () => {
    for (const waiter of waiters.splice(0)) waiter(state !== 'CLOSED');
  };
  const session: Session = {
    get state() {
      return state;
    },
    get freeSlots() {
      return state === 'BOUND_TRX' ? slots - inFlight : 0;
    },
    get inFlight() {
      return inFlight;
    },
    submit: async (fields) => {
      if (session.freeSlots === 0) return { outcome: 'not-sent' };
      inFlight += 1;
      const result = await answer(fields);
      inFlight -= 1;
      wake();
      return result;
    },
    whenSlotFree: () => new Promise((resolve) => waiters.push(resolve)),
    resizeWindow: () => undefined,
    unbind: async () => undefined,
    destroy: () => {
      state = 'CLOSED';
      wake();
      waiters = [];
    },
  };
  return session;
};

const to = (destination_addr: string): SubmitSmFields => ({ destination_addr });
const accepted = async ({ destination_addr }: SubmitSmFields): Promise<SubmitResult> => ({
  outcome: 'accepted',
  messageId: destination_addr,
});
const tick = () => new Promise((resolve) => setImmediate(resolve));

test('parts wait in the order of asking for a session and for its slots', async () => {
  const links = createLinks();
  const order: string[] = [];
  const all = ['1', '2', '3', '4'].map((n) => links.submit(to(n), n));
  expect(links.waiting).toBe(4);
  links.attach(
    createSession(1, async (fields) => {
      order.push(fields.destination_addr);
      await tick();
      return accepted(fields);
    }),
  );
  expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(Array(4).fill('accepted'));
  expect(order).toEqual(['1', '2', '3', '4']);
});

test('a throttled part goes again, first in line, and is no refusal', async () => {
  const links = createLinks();
  const order: string[] = [];
  let refusals = 2;
  links.attach(
    createSession(1, async (fields) => {
      order.push(fields.destination_addr);
      return refusals-- > 0 ? { outcome: 'refused', commandStatus: 0x58 } : accepted(fields);
    }),
  );
  const results = await Promise.all([links.submit(to('1'), 1), links.submit(to('2'), 2)]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
  expect(order).toEqual(['1', '1', '1', '2']);
});

test('the session with the most free slots is taken', async () => {
  const links = createLinks();
  const counts = [0, 0];
  for (const i of [0, 1] as const)
    links.attach(
      createSession(10, async (fields) => {
        counts[i] = (counts[i] ?? 0) + 1;
        await tick();
        return accepted(fields);
      }),
    );
  await Promise.all(Array.from({ length: 10 }, (_, i) => links.submit(to(`${i}`), i)));
  expect(counts).toEqual([5, 5]);
});

test('a bind at fault is closed and the part goes over another', async () => {
  const links = createLinks();
  const bad = createSession(1, async () => ({ outcome: 'refused', commandStatus: 0x04 }));
  links.attach(bad);
  const result = links.submit(to('1'), 1);
  await tick();
  expect(bad.state).toBe('CLOSED');
  expect(links.bound).toBe(0);
  links.attach(createSession(1, accepted));
  expect(await result).toEqual({ outcome: 'accepted', messageId: '1' });
});

test('a part that was not sent by a closing session waits for the next', async () => {
  const links = createLinks();
  const closing = createSession(1, async () => ({ outcome: 'not-sent' }));
  links.attach(closing);
  const result = links.submit(to('1'), 1);
  closing.destroy();
  links.attach(createSession(1, accepted));
  expect((await result).outcome).toBe('accepted');
});

test('after close nothing is sent, neither what waits nor what comes', async () => {
  const links = createLinks();
  const waiting = links.submit(to('1'), 1);
  const bound = links.whenBound();
  links.close();
  expect(await waiting).toEqual({ outcome: 'not-sent' });
  expect(await links.submit(to('2'), 2)).toEqual({ outcome: 'not-sent' });
  await bound;
});

test("a permanent refusal is the message's own", async () => {
  const links = createLinks();
  links.attach(createSession(1, async () => ({ outcome: 'refused', commandStatus: 0x0b })));
  expect(await links.submit(to('1'), 1)).toEqual({ outcome: 'refused', commandStatus: 0x0b });
});
