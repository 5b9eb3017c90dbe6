import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bindTo, recordEvents, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';

const text = { destination_addr: '491701234567', short_message: Buffer.from('hello') };

let smsc: ScriptedSmsc;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
afterEach(() => smsc.close());

describe('a message from the SMSC', () => {
  test('is answered with what its owner says, once the owner has it', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { peer, events } = await bindTo(
      smsc,
      {},
      recordEvents(() => promise),
    );
    peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 0, body: { ...text, esm_class: 4 } });
    peer.send({ command: 'enquire_link', commandStatus: 0, sequenceNumber: 1, body: {} });
    await peer.next('enquire_link_resp');
    expect(events.delivered.map(({ body }) => body?.esm_class)).toEqual([4]);
    resolve(0);
    expect(await peer.next('deliver_sm_resp')).toMatchObject({
      commandStatus: 0,
      sequenceNumber: 0,
      body: { message_id: '' },
    });
  });

  test('in a data_sm is answered by data_sm_resp', async () => {
    const { peer, events } = await bindTo(smsc);
    peer.send({
      command: 'data_sm',
      commandStatus: 0,
      sequenceNumber: 9,
      body: { tlvs: { message_payload: Buffer.from('x') } },
    });
    expect(await peer.next('data_sm_resp')).toMatchObject({ commandStatus: 0, sequenceNumber: 9 });
    expect(events.delivered[0]?.body?.tlvs.message_payload?.toString()).toBe('x');
  });

  test('that is neither stored nor refused in time is answered so that it comes again, and holds nothing up', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const settings = { deliveryTimeoutMs: 20, maxPendingDeliveries: 1 };
    const events = recordEvents(() => promise);
    const { peer, session } = await bindTo(smsc, settings, events);
    for (const sequenceNumber of [3, 4]) {
      peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber, body: text });
      expect(await peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0x08, sequenceNumber, body: null });
    }
    expect(await events.seen('delivery-fault')).toMatchObject({ error: { message: 'it was not stored within 20 ms' } });
    resolve(0);
    peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 5, body: text });
    expect(await peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0, sequenceNumber: 5 });
    expect(session.state).toBe('BOUND_TRX');
  });

  test.each([
    ['said', () => Promise.resolve(0x14), 0x14],
    ['rejected', () => Promise.reject(new Error('queue down')), 0x08],
    [
      'threw',
      () => {
        throw new Error('queue down');
      },
      0x08,
    ],
  ])('that could not be stored is answered so that it comes again (%s)', async (_, deliver, commandStatus) => {
    const { peer, session } = await bindTo(smsc, {}, recordEvents(deliver));
    peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 3, body: text });
    expect(await peer.next('deliver_sm_resp')).toMatchObject({ commandStatus, sequenceNumber: 3, body: null });
    expect(session.state).toBe('BOUND_TRX');
  });

  test('that was answered so, or never, is told as one that comes again; one that was taken is not', async () => {
    const notTaken: number[] = [];
    const answers = [0, 0x08];
    const { promise: never, resolve } = Promise.withResolvers<number>();
    const events = {
      ...recordEvents(async () => answers.shift() ?? never),
      notTaken: ({ sequenceNumber }: { readonly sequenceNumber: number }) => void notTaken.push(sequenceNumber),
    };
    const { peer, session } = await bindTo(smsc, {}, events);
    for (const sequenceNumber of [1, 2, 3])
      peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber, body: text });
    await expect.poll(() => notTaken).toEqual([2]);
    await expect.poll(() => events.delivered.length).toBe(3);
    session.destroy();
    resolve(0);
    await expect.poll(() => notTaken).toEqual([2, 3]);
  });

  test('on a bind that only transmits is refused as 0x04', async () => {
    const { peer, events } = await bindTo(smsc, { bindType: 'transmitter' });
    peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 3, body: text });
    expect(await peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0x04 });
    expect(events.delivered).toEqual([]);
  });

  test('is not read while too many wait for their answer, and all come in the end', async () => {
    const { promise: stored, resolve } = Promise.withResolvers<number>();
    const { peer, events } = await bindTo(
      smsc,
      { maxPendingDeliveries: 5 },
      recordEvents(() => stored),
    );
    const payload = { tlvs: { message_payload: Buffer.alloc(60_000) } };
    const count = 300;
    for (let sequenceNumber = 1; sequenceNumber <= count; sequenceNumber++)
      peer.send({ command: 'deliver_sm', commandStatus: 0, sequenceNumber, body: payload });
    // Eighteen megabytes cannot all lie in the buffers between: that some wait here is the back-pressure.
    await expect.poll(() => events.delivered.length).toBeGreaterThanOrEqual(5);
    await expect.poll(() => peer.socket.writableLength).toBeGreaterThan(0);
    expect(events.delivered.length).toBeLessThan(20);
    resolve(0);
    for (let sequenceNumber = 1; sequenceNumber <= count; sequenceNumber++)
      expect(await peer.next('deliver_sm_resp')).toMatchObject({ sequenceNumber, commandStatus: 0 });
    expect(events.delivered).toHaveLength(count);
  });
});
