import { afterEach, beforeEach, expect, test } from 'vitest';
import { bindTo, type Recorder, recordEvents, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';

/** An exception in what a session calls must not leave it deaf with its socket open, nor end the process. */

const text = { destination_addr: '491701234567', short_message: Buffer.from('hello') };
const broken = () => {
  throw new Error('the owner is broken');
};

let smsc: ScriptedSmsc;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
afterEach(() => smsc.close());

const bindWith = async (faults: Partial<Recorder>) => {
  const events = recordEvents();
  const bound = await bindTo(smsc, { responseTimeoutMs: 40 }, { ...events, ...faults });
  return { ...bound, events };
};

const expectWell = async ({ session, peer }: Awaited<ReturnType<typeof bindWith>>) => {
  peer.send({ command: 'enquire_link', commandStatus: 0, sequenceNumber: 77, body: {} });
  expect(await peer.next('enquire_link_resp')).toMatchObject({ sequenceNumber: 77 });
  const result = session.submit(text);
  peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '1' });
  expect(await result).toEqual({ outcome: 'accepted', messageId: '1' });
};

test('a deliver that throws at once is answered as one that rejects, and the session lives', async () => {
  const bound = await bindWith({ deliver: broken });
  bound.peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 5, body: text });
  expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0x08, sequenceNumber: 5 });
  await expectWell(bound);
});

test('an event that throws stops nothing, whatever it is about', async () => {
  const bound = await bindWith({ event: broken });
  bound.peer.send({ command: 'query_sm', commandStatus: 0, sequenceNumber: 6, body: {} });
  expect(await bound.peer.next('generic_nack')).toMatchObject({ commandStatus: 0x03, sequenceNumber: 6 });
  bound.peer.send({ command: 'alert_notification', commandStatus: 0, sequenceNumber: 7, body: {} });
  await expectWell(bound);
});

test('the PDUs behind one that made the owner throw are read all the same', async () => {
  const bound = await bindWith({ passed: broken });
  // One segment: the fault comes while the rest of it has yet to be cut.
  bound.peer.socket.cork();
  for (const sequenceNumber of [1, 2, 3])
    bound.peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber, body: text });
  bound.peer.socket.uncork();
  for (const sequenceNumber of [1, 2, 3])
    expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0, sequenceNumber });
  await expectWell(bound);
});

test('a lateResponse that throws is told as an event, and the session lives', async () => {
  const bound = await bindWith({ lateResponse: broken });
  const result = bound.session.submit(text);
  const submitted = await bound.peer.next('submit_sm');
  expect(await result).toEqual({ outcome: 'unknown', reason: 'response-timeout' });
  bound.peer.answer(submitted, 'submit_sm_resp', 0, { message_id: 'late' });
  expect(await bound.events.seen('listener-fault')).toMatchObject({ listener: 'lateResponse' });
  await expectWell(bound);
});

test('a closed that throws leaves nothing open', async () => {
  const { session, peer, events } = await bindWith({ closed: broken });
  peer.send({ command: 'generic_nack', commandStatus: 0x02, sequenceNumber: 0, body: {} });
  expect(await events.seen('listener-fault')).toMatchObject({ listener: 'closed' });
  await peer.ended;
  expect(session.state).toBe('CLOSED');
});
