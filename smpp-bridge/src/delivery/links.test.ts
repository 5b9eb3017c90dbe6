import { v7 as uuidV7 } from 'uuid';
import { expect, test } from 'vitest';
import { MessageId } from '#shared/contracts/identifiers.ts';
import { statusTable } from '../pdu/command-status.ts';
import type { Session, SubmitResult, SubmitSmFields } from '../session/session-types.ts';
import { createLinks, type LinksOptions } from './links.ts';
import type { PartToken } from './to-outcome.ts';

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
    fault: () => session.destroy(),
    destroy: () => {
      state = 'CLOSED';
      wake();
      waiters = [];
    },
  };
  return session;
};

const limits = { mostInFlight: 100, burst: 100, mostPerSecond: 10_000 };
const create = (options: Partial<LinksOptions> = {}) => createLinks({ limits, ...options });
/** A part of a message of its own, or of the one that is named. */
const part = (message_id = MessageId.parse(uuidV7())): PartToken => ({ message_id, attempt: 1, parts: [1] });
const to = (destination_addr: string): SubmitSmFields => ({ destination_addr });
const accepted = async ({ destination_addr }: SubmitSmFields): Promise<SubmitResult> => ({
  outcome: 'accepted',
  messageId: destination_addr,
});
const tick = () => new Promise((resolve) => setImmediate(resolve));

test('parts wait in the order of asking for a session and for its slots', async () => {
  const links = create();
  const order: string[] = [];
  const all = ['1', '2', '3', '4'].map((n) => links.submit(to(n), part()));
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
  const links = create();
  const order: string[] = [];
  let refusals = 2;
  links.attach(
    createSession(1, async (fields) => {
      order.push(fields.destination_addr);
      return refusals-- > 0 ? { outcome: 'refused', commandStatus: 0x58 } : accepted(fields);
    }),
  );
  const results = await Promise.all([links.submit(to('1'), part()), links.submit(to('2'), part())]);
  expect(results.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
  expect(order).toEqual(['1', '1', '1', '2']);
});

test('the session with the most free slots is taken', async () => {
  const links = create();
  const counts = [0, 0];
  for (const i of [0, 1] as const)
    links.attach(
      createSession(10, async (fields) => {
        counts[i] = (counts[i] ?? 0) + 1;
        await tick();
        return accepted(fields);
      }),
    );
  await Promise.all(Array.from({ length: 10 }, (_, i) => links.submit(to(`${i}`), part())));
  expect(counts).toEqual([5, 5]);
});

test('a bind at fault is closed and the part goes over another', async () => {
  const links = create();
  const bad = createSession(1, async () => ({ outcome: 'refused', commandStatus: 0x04 }));
  links.attach(bad);
  const result = links.submit(to('1'), part());
  await tick();
  expect(bad.state).toBe('CLOSED');
  expect(links.bound).toBe(0);
  links.attach(createSession(1, accepted));
  expect(await result).toEqual({ outcome: 'accepted', messageId: '1' });
});

test('a part that was not sent by a closing session waits for the next', async () => {
  const links = create();
  const closing = createSession(1, async () => ({ outcome: 'not-sent' }));
  links.attach(closing);
  const result = links.submit(to('1'), part());
  closing.destroy();
  links.attach(createSession(1, accepted));
  expect((await result).outcome).toBe('accepted');
});

test('after close nothing is sent, neither what waits nor what comes', async () => {
  const links = create();
  const waiting = links.submit(to('1'), part());
  const bound = links.whenBound();
  links.close();
  expect(await waiting).toEqual({ outcome: 'not-sent' });
  expect(await links.submit(to('2'), part())).toEqual({ outcome: 'not-sent' });
  await bound;
});

test("a permanent refusal is the message's own", async () => {
  const links = create();
  links.attach(createSession(1, async () => ({ outcome: 'refused', commandStatus: 0x0b })));
  expect(await links.submit(to('1'), part())).toEqual({ outcome: 'refused', commandStatus: 0x0b });
});

test('a message waits for the one before it to the same destination, however often that is throttled', async () => {
  const links = create();
  const order: string[] = [];
  let refusals = 3;
  links.attach(
    createSession(10, async (fields) => {
      await tick();
      const text = String(fields.short_message);
      if (text === 'first' && refusals-- > 0) return { outcome: 'refused', commandStatus: 0x14 };
      order.push(text);
      return accepted(fields);
    }),
  );
  const all = ['first', 'second', 'third'].map((text) =>
    links.submit({ ...to('1'), short_message: Buffer.from(text) }, part()),
  );
  const other = links.submit({ ...to('2'), short_message: Buffer.from('other') }, part());
  await Promise.all([...all, other]);
  expect(order.filter((text) => text !== 'other')).toEqual(['first', 'second', 'third']);
});

test('the parts of one message go at once', async () => {
  const links = create();
  const message = MessageId.parse(uuidV7());
  let most = 0;
  const session: Session = createSession(10, async (fields) => {
    most = Math.max(most, session.inFlight);
    await tick();
    return accepted(fields);
  });
  links.attach(session);
  await Promise.all([1, 2, 3].map((n) => links.submit(to('1'), { ...part(message), parts: [n] })));
  expect(most).toBe(3);
});

test('what an SMSC throttled is not sent when the links close, and no refusal either', async () => {
  const links = create();
  let asked = 0;
  links.attach(
    createSession(1, async () => {
      asked += 1;
      return { outcome: 'refused', commandStatus: 0x58 };
    }),
  );
  const result = links.submit(to('1'), part());
  await expect.poll(() => asked).toBeGreaterThan(1);
  links.close();
  expect(await result).toEqual({ outcome: 'not-sent' });
});

test('what is throttled for two minutes is given back unsent', async () => {
  let skipped = 0;
  const links = create({ now: () => performance.now() + skipped });
  let asked = 0;
  links.attach(
    createSession(1, async () => {
      asked += 1;
      skipped += 60_000;
      return { outcome: 'refused', commandStatus: 0x58 };
    }),
  );
  expect(await links.submit(to('1'), part())).toEqual({ outcome: 'not-sent' });
  expect(asked).toBe(2);
});

test('a part that brings down one bind after another is kept from the fourth', async () => {
  const links = create();
  const faulty = () => createSession(1, async () => ({ outcome: 'refused', commandStatus: 0x0d }));
  const result = links.submit(to('1'), part());
  for (const session of [faulty(), faulty(), faulty()]) {
    links.attach(session);
    await expect.poll(() => session.state).toBe('CLOSED');
  }
  expect(await result).toEqual({ outcome: 'not-sent' });
});

test('a provider may throttle in words of its own, and every answer is told', async () => {
  const answers: SubmitResult['outcome'][] = [];
  const statusOf = statusTable([{ means: 'throttle', from: 0x401, to: 0x401 }]);
  const links = create({ statusOf, answered: ({ outcome }) => answers.push(outcome) });
  let refusals = 1;
  links.attach(
    createSession(1, async (fields) =>
      refusals-- > 0 ? { outcome: 'refused', commandStatus: 0x401 } : accepted(fields),
    ),
  );
  expect((await links.submit(to('1'), part())).outcome).toBe('accepted');
  expect(answers).toEqual(['refused', 'accepted']);
});

test('a session that drains is not asked again and again for a slot', async () => {
  const links = create();
  let asked = 0;
  const session = createSession(0, accepted);
  links.attach({
    ...session,
    state: 'UNBOUND',
    freeSlots: 0,
    inFlight: 1,
    whenSlotFree: async () => {
      asked += 1;
      return false;
    },
  });
  void links.submit(to('1'), part());
  for (let n = 0; n < 10; n += 1) await tick();
  expect(asked).toBe(1);
  links.close();
});

test('each answer is timed from when its part was sent, and each change of the window is told', async () => {
  let at = 0;
  const answers: number[] = [];
  const changes: object[] = [];
  const links = create({ now: () => at, answered: (_, seconds) => answers.push(seconds) });
  const { promise: bound, resolve: bind } = Promise.withResolvers<void>();
  const session = createSession(100, async (fields) => {
    at += 20;
    return fields.destination_addr === '5' ? { outcome: 'unknown', reason: 'response-timeout' } : accepted(fields);
  });
  void bound.then(() => links.attach(session, (change) => changes.push(change)));
  const results = ['1', '2', '3', '4'].map((each) => links.submit(to(each), part()));
  at = 1_000;
  bind();
  await Promise.all(results);
  await links.submit(to('5'), part());
  links.close();
  expect(Math.max(...answers)).toBeLessThanOrEqual(0.1);
  expect(changes[0]).toMatchObject({ from: 4, to: 5, after: 'accepted' });
  expect(changes.at(-1)).toMatchObject({ after: 'unanswered', answer_ms: 20 });
});
