import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bindTo, patientSettings, recordEvents, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';
import { openSession } from './session.ts';
import type { SessionSettings } from './session-types.ts';

const text = { destination_addr: '491701234567', short_message: Buffer.from('hello') };

let smsc: ScriptedSmsc;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
afterEach(() => smsc.close());

describe('binding', () => {
  const open = async (settings: Partial<SessionSettings> = {}) => {
    const events = recordEvents();
    const opening = openSession({ ...patientSettings, ...settings, port: smsc.port }, events);
    const peer = await smsc.connection();
    const bind = await peer.next(`bind_${settings.bindType ?? 'transceiver'}`);
    return { events, opening, peer, bind };
  };

  test.each([
    ['transceiver', 'BOUND_TRX'],
    ['transmitter', 'BOUND_TX'],
    ['receiver', 'BOUND_RX'],
  ] as const)('as a %s says who it is and that it speaks 3.4', async (bindType, state) => {
    const { opening, peer, bind } = await open({ bindType });
    expect(bind.body).toMatchObject({
      system_id: 'signalbox',
      password: 'secret',
      system_type: 'SMPP',
      interface_version: 0x34,
    });
    peer.answer(bind, `bind_${bindType}_resp`, 0, { system_id: 'smsc' });
    const opened = await opening;
    expect(opened).toMatchObject({ outcome: 'bound', session: { state } });
  });

  test.each([0x05, 0x0d, 0x0e, 0x0f])(
    'that is refused with %i, by a header alone, is refused',
    async (commandStatus) => {
      const { opening, peer, bind } = await open();
      peer.answer(bind, 'bind_transceiver_resp', commandStatus);
      expect(await opening).toEqual({ outcome: 'refused', commandStatus });
      await peer.ended;
    },
  );

  test('that is answered by generic_nack is refused', async () => {
    const { opening, peer, bind } = await open();
    peer.answer(bind, 'generic_nack', 0x03, {});
    expect(await opening).toEqual({ outcome: 'refused', commandStatus: 0x03 });
  });

  test('that is never answered fails at its time', async () => {
    const { opening, peer } = await open({ bindTimeoutMs: 30 });
    expect(await opening).toMatchObject({ outcome: 'failed' });
    await peer.ended;
  });

  test('fails when the peer closes instead', async () => {
    const { opening, peer } = await open();
    peer.socket.end();
    expect(await opening).toMatchObject({ outcome: 'failed' });
  });

  test('fails when the peer speaks no SMPP', async () => {
    const { opening, peer } = await open();
    peer.socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await opening).toMatchObject({ outcome: 'failed' });
  });

  test('fails when nobody listens', async () => {
    const deserted = await startScriptedSmsc();
    await deserted.close();
    const opened = await openSession({ ...patientSettings, port: deserted.port }, recordEvents());
    expect(opened).toMatchObject({ outcome: 'failed', error: { code: 'ECONNREFUSED' } });
  });

  test.each([
    ['a password of nine characters', { password: '123456789' }],
    ['a port that is none', { port: 70_000 }],
  ])('fails for %s', async (_, settings) => {
    const opened = await openSession({ ...patientSettings, port: smsc.port, ...settings }, recordEvents());
    expect(opened).toMatchObject({ outcome: 'failed' });
  });

  test('a message before the bind is answered is refused as 0x04', async () => {
    const { events, opening, peer, bind } = await open();
    peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 0, body: text });
    expect(await peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0x04, sequenceNumber: 0 });
    peer.answer(bind, 'bind_transceiver_resp', 0, {});
    expect(await opening).toMatchObject({ outcome: 'bound' });
    expect(events.delivered).toEqual([]);
  });

  test('an answer to another bind is not taken for ours', async () => {
    const { opening, peer, bind } = await open({ bindTimeoutMs: 100 });
    peer.answer({ sequenceNumber: bind.sequenceNumber + 1 }, 'bind_transceiver_resp', 0, {});
    peer.answer(bind, 'bind_receiver_resp', 0, {});
    expect(await opening).toMatchObject({ outcome: 'failed' });
  });
});

describe('unbinding', () => {
  test('sends no more, lets what is in flight finish, unbinds, and closes when answered', async () => {
    const { session, peer, events } = await bindTo(smsc);
    const result = session.submit(text);
    const unbound = session.unbind();
    expect(session.freeSlots).toBe(0);
    expect(await session.submit(text)).toEqual({ outcome: 'not-sent' });
    peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '1' });
    expect(await result).toMatchObject({ outcome: 'accepted' });
    peer.answer(await peer.next('unbind'), 'unbind_resp');
    await unbound;
    expect(await events.end).toEqual({ reason: 'unbound' });
    expect(session.state).toBe('CLOSED');
    await session.unbind();
  });

  test('waits for the answer of a message that is being stored', async () => {
    const { promise: stored, resolve } = Promise.withResolvers<number>();
    const { session, peer, events } = await bindTo(
      smsc,
      {},
      recordEvents(() => stored),
    );
    peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 3, body: text });
    await expect.poll(() => events.delivered.length).toBe(1);
    void session.unbind();
    resolve(0);
    await peer.next('deliver_sm_resp');
    peer.answer(await peer.next('unbind'), 'unbind_resp');
    expect(await events.end).toEqual({ reason: 'unbound' });
  });

  test('goes on without those that do not finish in time, and closes without an answer', async () => {
    const { session, peer, events } = await bindTo(smsc, { enquireLinkTimeoutMs: 30 });
    const result = session.submit(text);
    await peer.next('submit_sm');
    await session.unbind(20);
    await peer.next('unbind');
    expect(await result).toEqual({ outcome: 'unknown', reason: 'session-lost' });
    expect(await events.end).toMatchObject({ reason: 'unbound', detail: 'unbind was not answered' });
  });

  test('by the peer is answered at once; what is in flight finishes, and the session closes', async () => {
    const { session, peer, events } = await bindTo(smsc);
    const result = session.submit(text);
    const submit = await peer.next('submit_sm');
    peer.send({ command: 'unbind', commandStatus: 0, sequenceNumber: 77, body: {} });
    expect(await peer.next('unbind_resp')).toMatchObject({ sequenceNumber: 77, commandStatus: 0 });
    expect([session.state, session.freeSlots]).toEqual(['UNBOUND', 0]);
    peer.answer(submit, 'submit_sm_resp', 0, { message_id: '1' });
    expect(await result).toEqual({ outcome: 'accepted', messageId: '1' });
    expect(await events.end).toEqual({ reason: 'unbound-by-peer' });
    await peer.ended;
  });

  test('by the peer, who then closes, leaves what is in flight unknown', async () => {
    const { session, peer, events } = await bindTo(smsc);
    const result = session.submit(text);
    await peer.next('submit_sm');
    peer.send({ command: 'unbind', commandStatus: 0, sequenceNumber: 77, body: {} });
    await peer.next('unbind_resp');
    peer.socket.end();
    expect(await result).toEqual({ outcome: 'unknown', reason: 'session-lost' });
    expect(await events.end).toMatchObject({ reason: 'unbound-by-peer' });
  });

  test('comes by itself after a time without messages', async () => {
    const { peer, events } = await bindTo(smsc, { inactivityTimeoutMs: 30 });
    peer.answer(await peer.next('unbind'), 'unbind_resp');
    expect(await events.end).toEqual({ reason: 'inactive' });
  });
});

describe('a bind that an answer finds fault with', () => {
  test('sends no more, lets what is in flight be answered, unbinds, and says why', async () => {
    const { session, peer, events } = await bindTo(smsc);
    const results = [session.submit(text), session.submit(text)];
    peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0x0e);
    expect(await results[0]).toEqual({ outcome: 'refused', commandStatus: 0x0e });
    session.fault(0x0e);
    session.fault(0x04);
    expect(session.freeSlots).toBe(0);
    peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '2' });
    expect(await results[1]).toEqual({ outcome: 'accepted', messageId: '2' });
    peer.answer(await peer.next('unbind'), 'unbind_resp');
    expect(await events.end).toEqual({ reason: 'bind-faulted', commandStatus: 0x0e });
  });
});

describe('whether the peer lives', () => {
  test('is asked when it is silent, and an answer keeps the session', async () => {
    const { session, peer } = await bindTo(smsc, { enquireLinkIntervalMs: 20 });
    for (let n = 0; n < 3; n++) peer.answer(await peer.next('enquire_link'), 'enquire_link_resp');
    expect(session.state).toBe('BOUND_TRX');
  });

  test('is settled when it does not answer', async () => {
    const { session, peer, events } = await bindTo(smsc, { enquireLinkIntervalMs: 20, enquireLinkTimeoutMs: 20 });
    const result = session.submit(text);
    expect(await events.end).toEqual({ reason: 'peer-dead' });
    expect(await result).toEqual({ outcome: 'unknown', reason: 'session-lost' });
    await peer.ended;
  });
});
