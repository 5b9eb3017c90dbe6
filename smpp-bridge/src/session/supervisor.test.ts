import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BackoffPolicy } from './backoff.ts';
import { type Peer, patientSettings, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';
import type { Session } from './session-types.ts';
import { type Supervisor, type SupervisorEvent, type SupervisorEvents, superviseBind } from './supervisor.ts';

const prompt: BackoffPolicy = { baseMs: 1, ceilingMs: 1, bindFailedBaseMs: 1, alreadyBoundMs: 1, circuitOpenMs: 1 };
const never = 1e9;

let smsc: ScriptedSmsc;
let supervisor: Supervisor | undefined;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
afterEach(async () => {
  await smsc.close();
  await supervisor?.stop();
  supervisor = undefined;
});

const supervise = (backoff: Partial<BackoffPolicy> = {}, faults: Partial<SupervisorEvents> = {}) => {
  const log: SupervisorEvent[] = [];
  const sessions: Session[] = [];
  const lost: string[] = [];
  supervisor = superviseBind(
    { ...patientSettings, port: smsc.port },
    {
      deliver: () => Promise.resolve(0),
      lateResponse: () => undefined,
      bound: (session) => sessions.push(session),
      lost: ({ reason }) => lost.push(reason),
      event: (event) => log.push(event),
      ...faults,
    },
    { backoff: { ...prompt, ...backoff }, random: () => 0.5 },
  );
  const logged = (type: SupervisorEvent['type']) => log.filter((event) => event.type === type);
  return { supervisor, sessions, lost, logged };
};

const answerBind = async (commandStatus = 0): Promise<Peer> => {
  const peer = await smsc.connection();
  peer.answer(await peer.next('bind_transceiver'), 'bind_transceiver_resp', commandStatus, {});
  return peer;
};

test('a lost session is followed by another', async () => {
  const { sessions, lost } = supervise();
  const first = await answerBind();
  await expect.poll(() => sessions.length).toBe(1);
  first.socket.destroy();
  await answerBind();
  await expect.poll(() => sessions.length).toBe(2);
  expect(lost).toHaveLength(1);
  expect(sessions.map(({ state }) => state)).toEqual(['CLOSED', 'BOUND_TRX']);
  expect(supervisor?.session).toBe(sessions[1]);
});

test('a peer that unbinds is bound to again', async () => {
  const { sessions, lost } = supervise();
  const first = await answerBind();
  first.send({ command: 'unbind', commandStatus: 0, sequenceNumber: 5, body: {} });
  await first.next('unbind_resp');
  await answerBind();
  await expect.poll(() => sessions.length).toBe(2);
  expect(lost).toEqual(['unbound-by-peer']);
});

test('a wrong password opens the circuit once, and a bind that is accepted closes it', async () => {
  const { sessions, logged } = supervise();
  await answerBind(0x0e);
  await answerBind(0x0f);
  await answerBind();
  await expect.poll(() => sessions.length).toBe(1);
  expect(logged('bind-refused')).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
  expect(logged('circuit-opened')).toMatchObject([{ commandStatus: 0x0e }]);
  expect(logged('circuit-closed')).toHaveLength(1);
});

test('a password that is refused after the bind opens the circuit too', async () => {
  const { supervisor: running, sessions, logged } = supervise({ circuitOpenMs: never });
  const peer = await answerBind();
  await expect.poll(() => sessions.length).toBe(1);
  sessions[0]?.fault(0x0f);
  peer.answer(await peer.next('unbind'), 'unbind_resp');
  await expect.poll(() => logged('circuit-opened')).toMatchObject([{ commandStatus: 0x0f }]);
  expect(running.isCircuitOpen).toBe(true);
  expect(logged('session-closed')).toMatchObject([{ closed: { reason: 'bind-faulted', commandStatus: 0x0f } }]);
});

test.each([
  [0x04, 'baseMs'],
  [0x05, 'alreadyBoundMs'],
  [0x0d, 'bindFailedBaseMs'],
] as const)(
  'a bind that is faulted by %i is made anew after its own time, and the circuit stays closed',
  async (status, wait) => {
    const waits = { baseMs: never, ceilingMs: never, alreadyBoundMs: never, bindFailedBaseMs: never };
    const { sessions, logged } = supervise({ ...waits, [wait]: 1 });
    const peer = await answerBind();
    await expect.poll(() => sessions.length).toBe(1);
    sessions[0]?.fault(status);
    peer.answer(await peer.next('unbind'), 'unbind_resp');
    await answerBind();
    await expect.poll(() => sessions.length).toBe(2);
    expect(logged('circuit-opened')).toEqual([]);
  },
);

test('already bound is not taken for bound', async () => {
  const { sessions, logged } = supervise();
  await answerBind(0x05);
  await answerBind();
  await expect.poll(() => sessions.length).toBe(1);
  expect(logged('bind-refused')).toMatchObject([{ commandStatus: 0x05 }]);
  expect(logged('circuit-opened')).toEqual([]);
});

test('a connection that ends before the bind is tried again', async () => {
  const { sessions, logged } = supervise();
  (await smsc.connection()).socket.destroy();
  await answerBind();
  await expect.poll(() => sessions.length).toBe(1);
  expect(logged('bind-failed')).toMatchObject([{ attempt: 1 }]);
});

test('stopping lets what is in flight finish, unbinds, and stays down', async () => {
  const { supervisor: running, sessions, lost } = supervise();
  const peer = await answerBind();
  await expect.poll(() => sessions.length).toBe(1);
  const result = sessions[0]?.submit({ destination_addr: '1' });
  const stopped = running.stop();
  peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '1' });
  peer.answer(await peer.next('unbind'), 'unbind_resp');
  await stopped;
  expect(await result).toMatchObject({ outcome: 'accepted' });
  expect(lost).toEqual(['unbound']);
  expect(running.session).toBeUndefined();
});

test('stopping does not sit out the wait for the next attempt', async () => {
  const { supervisor: running, logged } = supervise({ circuitOpenMs: never });
  await answerBind(0x0e);
  await expect.poll(() => logged('circuit-opened').length).toBe(1);
  await running.stop();
});

test('a bind that comes through while stopping is unbound, and nobody hears of it', async () => {
  const { supervisor: running, sessions, lost } = supervise();
  const peer = await smsc.connection();
  const bind = await peer.next('bind_transceiver');
  const stopped = running.stop();
  peer.answer(bind, 'bind_transceiver_resp', 0, {});
  peer.answer(await peer.next('unbind'), 'unbind_resp');
  await stopped;
  expect([sessions, lost]).toEqual([[], []]);
});

const broken = () => {
  throw new Error('the owner is broken');
};

test.each(['lost', 'event'] as const)('an owner whose %s throws is bound for again', async (listener) => {
  const { sessions } = supervise({}, { [listener]: broken });
  (await answerBind()).socket.destroy();
  await answerBind();
  await expect.poll(() => sessions.length).toBe(2);
});

test('a session that its owner did not take is unbound, since nobody uses it, and bound anew', async () => {
  const taken: Session[] = [];
  let times = 0;
  const { lost, logged } = supervise(
    {},
    {
      bound: (session) => {
        times += 1;
        if (times === 1) broken();
        taken.push(session);
      },
    },
  );
  const first = await answerBind();
  first.answer(await first.next('unbind'), 'unbind_resp');
  await answerBind();
  await expect.poll(() => taken.length).toBe(1);
  expect(logged('listener-fault')).toMatchObject([{ listener: 'bound' }]);
  expect(lost).toEqual([]);
});
