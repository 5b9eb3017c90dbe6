import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bindTo, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';

const text = { destination_addr: '491701234567', short_message: Buffer.from('hello') };

let smsc: ScriptedSmsc;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
afterEach(() => smsc.close());

describe('a submit_sm', () => {
  test('is accepted under the id the SMSC gives it', async () => {
    const { session, peer } = await bindTo(smsc);
    const result = session.submit(text);
    const submit = await peer.next('submit_sm');
    expect(submit.body).toMatchObject(text);
    peer.answer(submit, 'submit_sm_resp', 0, { message_id: 'abc-1' });
    expect(await result).toEqual({ outcome: 'accepted', messageId: 'abc-1' });
  });

  test.each([
    ['an empty id', '0000001180000004000000000000000200'],
    ['a header alone', '00000010800000040000000000000002'],
    ['a body that is malformed', '0000001280000004000000000000000261ff'],
  ])('is accepted with %s, and its id is then empty', async (_, octets) => {
    const { session, peer } = await bindTo(smsc);
    const result = session.submit(text);
    expect((await peer.next('submit_sm')).sequenceNumber).toBe(2);
    peer.socket.write(Buffer.from(octets, 'hex'));
    expect(await result).toEqual({ outcome: 'accepted', messageId: '' });
    expect(session.state).toBe('BOUND_TRX');
  });

  test.each(['submit_sm_resp', 'generic_nack'] as const)('is refused by a %s of 16 octets', async (command) => {
    const { session, peer } = await bindTo(smsc);
    const result = session.submit(text);
    const { sequenceNumber } = await peer.next('submit_sm');
    peer.send({ command, commandStatus: 0x58, sequenceNumber, body: null });
    expect(await result).toEqual({ outcome: 'refused', commandStatus: 0x58 });
    expect(session.state).toBe('BOUND_TRX');
  });

  test('that breaks the specification is refused here, and nothing is sent', async () => {
    const { session, peer } = await bindTo(smsc);
    expect(await session.submit({ destination_addr: '49\u0000170' })).toEqual({
      outcome: 'refused',
      commandStatus: 0x0b,
    });
    void session.submit(text);
    expect((await peer.next('submit_sm')).body?.destination_addr).toBe(text.destination_addr);
    expect(session.inFlight).toBe(1);
  });

  test('is decided by its own answer, whatever the order of answers', async () => {
    const { session, peer } = await bindTo(smsc);
    const results = [0, 1, 2].map((n) => session.submit({ ...text, short_message: Buffer.from([n]) }));
    const submits = [await peer.next('submit_sm'), await peer.next('submit_sm'), await peer.next('submit_sm')];
    for (const submit of submits.reverse())
      peer.answer(submit, 'submit_sm_resp', 0, { message_id: `id-${submit.body?.short_message[0]}` });
    expect((await Promise.all(results)).map((result) => result.outcome === 'accepted' && result.messageId)).toEqual([
      'id-0',
      'id-1',
      'id-2',
    ]);
  });

  test('beyond the window is not sent, and a slot is awaited', async () => {
    const { session, peer } = await bindTo(smsc, { windowSize: 2 });
    void session.submit(text);
    void session.submit(text);
    expect(session.freeSlots).toBe(0);
    expect(await session.submit(text)).toEqual({ outcome: 'not-sent' });
    const free = session.whenSlotFree();
    peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '1' });
    expect(await free).toBe(true);
    expect([session.freeSlots, session.inFlight]).toEqual([1, 1]);
  });

  test('finds a slot when the window grows', async () => {
    const { session } = await bindTo(smsc, { windowSize: 1 });
    void session.submit(text);
    const free = session.whenSlotFree();
    session.resizeWindow(2);
    expect(await free).toBe(true);
  });

  test('without an answer is unknown at its time, frees its slot, and a late answer names its token', async () => {
    const { session, peer, events } = await bindTo(smsc, { windowSize: 1, responseTimeoutMs: 30 });
    const result = session.submit(text, 'token');
    const submit = await peer.next('submit_sm');
    expect(await result).toEqual({ outcome: 'unknown', reason: 'response-timeout' });
    expect(session.freeSlots).toBe(1);
    peer.answer(submit, 'submit_sm_resp', 0, { message_id: 'late-1' });
    expect(await events.late).toEqual({ token: 'token', result: { outcome: 'accepted', messageId: 'late-1' } });
    peer.answer(submit, 'submit_sm_resp', 0, { message_id: 'late-1' });
    await events.seen('unexpected-response');
  });

  test('is unknown when the connection is lost under it', async () => {
    const { session, peer, events } = await bindTo(smsc);
    const results = [session.submit(text), session.submit(text)];
    const submit = await peer.next('submit_sm');
    peer.answer(submit, 'submit_sm_resp', 0, { message_id: '1' });
    await results[0];
    peer.socket.resetAndDestroy();
    expect(await results[1]).toEqual({ outcome: 'unknown', reason: 'session-lost' });
    expect((await events.end).reason).toBe('connection-lost');
  });

  test('whose octets never left this process is not sent', async () => {
    const { session, events } = await bindTo(smsc);
    const result = session.submit(text);
    session.destroy();
    expect(await result).toEqual({ outcome: 'not-sent' });
    expect(await session.submit(text)).toEqual({ outcome: 'not-sent' });
    expect(await session.whenSlotFree()).toBe(false);
    expect(await events.end).toEqual({ reason: 'destroyed' });
    expect(session.state).toBe('CLOSED');
  });

  test('is not sent on a bind that only receives', async () => {
    const { session } = await bindTo(smsc, { bindType: 'receiver' });
    expect(session.freeSlots).toBe(0);
    expect(await session.submit(text)).toEqual({ outcome: 'not-sent' });
  });

  test('waits for no slot that a lost session will never have', async () => {
    const { session, peer } = await bindTo(smsc, { windowSize: 1 });
    void session.submit(text);
    const free = session.whenSlotFree();
    peer.socket.destroy();
    expect(await free).toBe(false);
  });
});
