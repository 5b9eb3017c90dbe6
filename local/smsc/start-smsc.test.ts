import { once } from 'node:events';
import { connect } from 'node:net';
import type { Pdu } from 'smpp';
import { afterEach, describe, expect, test } from 'vitest';
import { smpp } from './smpp-octets.ts';
import { type Smsc, type SmscOptions, startSmsc } from './start-smsc.ts';
import { bindEsme, connectEsme, type Esme } from './test-esme.ts';

const running: Smsc[] = [];
const start = async (options: Partial<SmscOptions> = {}): Promise<Smsc> => {
  const smsc = await startSmsc({
    systemId: 'box',
    password: 'secret',
    receiptDelayMs: 5,
    deliverRetryMs: 5,
    ...options,
  });
  running.push(smsc);
  return smsc;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((smsc) => smsc.stop()));
});

const textOf = (pdu: Pdu): string => String(pdu.short_message);
const idIn = (pdu: Pdu): string => /^id:(\S+)/.exec(textOf(pdu))?.[1] ?? '';
const bindStatus = async (smsc: Smsc, system_id: string, password: string): Promise<[number, Esme]> => {
  const esme = await connectEsme(smsc);
  return [(await esme.request('bind_transceiver', { system_id, password })).command_status, esme];
};

describe('binding', () => {
  test('a wrong password is 0x0E, a wrong system id 0x0F, and the connection ends', async () => {
    const smsc = await start();
    const [password, first] = await bindStatus(smsc, 'box', 'wrong');
    const [systemId, second] = await bindStatus(smsc, 'nobody', 'secret');
    expect([password, systemId]).toEqual([0x0e, 0x0f]);
    await Promise.all([first.closed, second.closed]);
  });
  test('a second bind on one connection is 0x05', async () => {
    const smsc = await start();
    const [, esme] = await bindStatus(smsc, 'box', 'secret');
    const again = await esme.request('bind_transceiver', { system_id: 'box', password: 'secret' });
    expect(again.command_status).toBe(0x05);
    expect(smsc.sessions()).toMatchObject([{ mode: 'transceiver' }]);
  });
  test('nothing is submitted before a bind, or by a receiver', async () => {
    const smsc = await start();
    const stranger = await connectEsme(smsc);
    const receiver = await bindEsme(smsc, undefined, 'bind_receiver');
    const statuses = [await stranger.submit('491700000', 'x'), await receiver.submit('491700000', 'x')];
    expect(statuses.map((pdu) => pdu.command_status)).toEqual([0x04, 0x04]);
    expect(smsc.received()).toEqual([]);
  });
  test('enquire_link and unbind are answered, an unknown command is refused, and unbinding ends it', async () => {
    const smsc = await start();
    const esme = await bindEsme(smsc);
    expect(await esme.request('enquire_link')).toMatchObject({ command: 'enquire_link_resp', command_status: 0 });
    expect(await esme.request('query_sm', { message_id: '1' })).toMatchObject({
      command: 'generic_nack',
      command_status: 3,
    });
    expect(await esme.request('unbind')).toMatchObject({ command: 'unbind_resp', command_status: 0 });
    await esme.closed;
    await expect.poll(() => smsc.sessions()).toEqual([]);
  });
  test('the most that were ever bound at one time are known, and refused binds are none of them', async () => {
    const smsc = await start();
    const first = await bindEsme(smsc);
    await bindStatus(smsc, 'box', 'wrong');
    await first.request('unbind');
    await first.closed;
    await bindEsme(smsc);
    expect(smsc.mostBound()).toBe(1);
    await bindEsme(smsc);
    expect(smsc.mostBound()).toBe(2);
  });
  test('a bind is refused as the behaviour says', async () => {
    const smsc = await start({ bindStatus: 0x0d });
    expect((await bindStatus(smsc, 'box', 'secret'))[0]).toBe(0x0d);
  });
  test('bound peers are sent enquire_link, and dropped when they stay silent', async () => {
    const smsc = await start({ enquireLinkMs: 25 });
    const answering = await bindEsme(smsc);
    const silent = connect(smsc.port, smsc.host);
    const fields = { system_id: 'box', password: 'secret' };
    silent
      .on('error', () => undefined)
      .resume()
      .write(new smpp.PDU('bind_transmitter', fields).toBuffer());
    await once(silent, 'close');
    await expect.poll(() => smsc.sessions()).toHaveLength(1);
    expect(answering.pdus.some((pdu) => pdu.command === 'enquire_link')).toBe(true);
  });
});

describe('a destination decides', () => {
  test('usually: taken, and a receipt with the id of the response in text and TLVs', async () => {
    const smsc = await start();
    const esme = await bindEsme(smsc);
    const response = await esme.submit('491701234567', 'Grüße € @');
    const receipt = await esme.delivered(1);
    expect(textOf(receipt)).toMatch(
      /^id:\d+ sub:001 dlvrd:001 submit date:\d{10} done date:\d{10} stat:DELIVRD err:000 text:Gr\?\?e \? @$/,
    );
    expect(idIn(receipt)).toBe(response.message_id);
    expect(receipt).toMatchObject({
      esm_class: 0x04,
      source_addr: '491701234567',
      destination_addr: 'Signalbox',
      receipted_message_id: response.message_id,
      message_state: 2,
    });
  });
  test('0001: refused with 0x0B, without a receipt', async () => {
    const smsc = await start();
    const esme = await bindEsme(smsc);
    expect((await esme.submit('491700000001', 'x')).command_status).toBe(0x0b);
    expect(smsc.received()).toMatchObject([{ command_status: 0x0b, message_id: null }]);
    expect(smsc.messages()).toEqual([]);
  });
  test('0002: the receipt says UNDELIV', async () => {
    const esme = await bindEsme(await start());
    await esme.submit('491700000002', 'x');
    const receipt = await esme.delivered(1);
    expect(textOf(receipt)).toContain(' dlvrd:000 ');
    expect(textOf(receipt)).toContain(' stat:UNDELIV err:001 ');
    expect(receipt.message_state).toBe(5);
  });
  test('0003: each message is throttled twice, then taken', async () => {
    const esme = await bindEsme(await start());
    const statuses: number[] = [];
    for (const text of ['a', 'b', 'a', 'b', 'a', 'b', 'a'])
      statuses.push((await esme.submit('491700000003', text)).command_status);
    expect(statuses).toEqual([0x58, 0x58, 0x58, 0x58, 0, 0, 0x58]);
  });
  test('0004: the receipt comes before the response', async () => {
    const esme = await bindEsme(await start());
    const response = await esme.submit('491700000004', 'x');
    const order = esme.pdus.map((pdu) => pdu.command);
    expect(order.indexOf('deliver_sm')).toBeLessThan(order.indexOf('submit_sm_resp'));
    expect(order).toContain('deliver_sm');
    expect(idIn(await esme.delivered(1))).toBe(response.message_id);
  });
  test('0004: when nobody takes the receipt, the response comes all the same, and once', async () => {
    const smsc = await start();
    const sender = await bindEsme(smsc, undefined, 'bind_transmitter');
    const response = await sender.submit('491700000004', 'x');
    const receiver = await bindEsme(smsc, undefined, 'bind_receiver');
    expect(idIn(await receiver.delivered(1))).toBe(response.message_id);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await sender.request('enquire_link');
    expect(sender.pdus.filter((pdu) => pdu.command === 'submit_sm_resp')).toHaveLength(1);
  });
  test('0005: there is never a receipt', async () => {
    const smsc = await start({ receiptDelayMs: 0 });
    const esme = await bindEsme(smsc);
    await esme.submit('491700000005', 'x');
    await esme.submit('491700000009', 'x');
    expect((await esme.delivered(1)).source_addr).toBe('491700000009');
    await esme.request('enquire_link');
    expect(smsc.waiting()).toBe(0);
    expect(esme.pdus.filter((pdu) => pdu.command === 'deliver_sm')).toHaveLength(1);
  });
  test('0006: the response is hexadecimal, the receipt decimal, in its TLV as well', async () => {
    const esme = await bindEsme(await start());
    const id = String((await esme.submit('491700000006', 'x')).message_id);
    const receipt = await esme.delivered(1);
    expect(id).toMatch(/^[0-9A-F]+$/);
    expect(idIn(receipt)).toBe(BigInt(`0x${id}`).toString());
    expect(receipt.receipted_message_id).toBe(idIn(receipt));
    expect(idIn(receipt)).not.toBe(id);
  });
});

describe('receipts', () => {
  test('come only when they were asked for', async () => {
    const esme = await bindEsme(await start({ receiptDelayMs: 0 }));
    await esme.submit('491700000010', 'x', { registered_delivery: 0 });
    await esme.submit('491700000011', 'x', { registered_delivery: 2 });
    await esme.submit('491700000002', 'x', { registered_delivery: 2 });
    expect((await esme.delivered(1)).source_addr).toBe('491700000002');
  });
  test('go without TLVs when the behaviour says so', async () => {
    const esme = await bindEsme(await start({ receiptTlvs: false }));
    await esme.submit('491700000010', 'x');
    const receipt = await esme.delivered(1);
    expect([receipt.receipted_message_id, receipt.message_state]).toEqual([undefined, undefined]);
  });
  test('wait while no receiver is bound, and go to any that comes', async () => {
    const smsc = await start({ receiptDelayMs: 0 });
    const sender = await bindEsme(smsc, undefined, 'bind_transmitter');
    const response = await sender.submit('491700000010', 'x');
    expect(smsc.waiting()).toBe(1);
    const receiver = await bindEsme(smsc, undefined, 'bind_receiver');
    expect(idIn(await receiver.delivered(1))).toBe(response.message_id);
    expect(sender.pdus.some((pdu) => pdu.command === 'deliver_sm')).toBe(false);
  });
  test('are sent again when refused', async () => {
    const esme = await bindEsme(await start(), (nth) => (nth === 1 ? 0x14 : 0));
    await esme.submit('491700000010', 'x');
    expect(textOf(await esme.delivered(2))).toBe(textOf(await esme.delivered(1)));
  });
  test('are sent again when not answered', async () => {
    const esme = await bindEsme(await start({ deliverTimeoutMs: 10 }), (nth) => (nth === 1 ? null : 0));
    await esme.submit('491700000010', 'x');
    expect(textOf(await esme.delivered(2))).toBe(textOf(await esme.delivered(1)));
  });
  test('are sent again, to another connection, when theirs is lost', async () => {
    const smsc = await start();
    const first = await bindEsme(smsc, () => null);
    await first.submit('491700000010', 'x');
    const receipt = await first.delivered(1);
    first.session.destroy();
    const second = await bindEsme(smsc);
    expect(textOf(await second.delivered(1))).toBe(textOf(receipt));
  });
});

describe('behaviour', () => {
  test('lost responses are taken and receipted, and never answered', async () => {
    const smsc = await start({ loseResponses: 1 });
    const esme = await bindEsme(smsc);
    void esme.submit('491700000010', 'lost');
    await esme.submit('491700000011', 'answered');
    expect(smsc.received().map((record) => record.command_status)).toEqual([0, 0]);
    await esme.delivered(2);
    expect(esme.pdus.filter((pdu) => pdu.command === 'submit_sm_resp')).toHaveLength(1);
  });
  test('more submits than allowed are throttled', async () => {
    const smsc = await start({ throttlePerSecond: 1 });
    const esme = await bindEsme(smsc);
    const answers = await Promise.all([1, 2, 3, 4].map((n) => esme.submit('491700000005', `${n}`)));
    expect(answers.map((pdu) => pdu.command_status)).toContain(0x58);
    expect(answers[0]?.command_status).toBe(0);
    smsc.behave({ throttlePerSecond: null });
    expect((await esme.submit('491700000005', '5')).command_status).toBe(0);
  });
  test('a stalled simulator reads nothing until it is let go', async () => {
    const smsc = await start();
    const esme = await bindEsme(smsc);
    smsc.behave({ stall: 'reading' });
    const submitted = esme.submit('491700000005', 'x');
    const late = await bindStatusOf(smsc);
    expect(smsc.received()).toEqual([]);
    smsc.behave({ stall: 'none' });
    expect((await submitted).command_status).toBe(0);
    late.session.destroy();
  });
  test('a silent simulator takes and does not answer', async () => {
    const smsc = await start();
    const esme = await bindEsme(smsc);
    smsc.behave({ stall: 'answering' });
    void esme.submit('491700000005', 'x');
    await expect.poll(() => smsc.received()).toHaveLength(1);
    smsc.behave({ stall: 'none' });
    await esme.request('enquire_link');
    expect(esme.pdus.some((pdu) => pdu.command === 'submit_sm_resp')).toBe(false);
  });
  test('every connection is dropped, or asked to unbind, when told', async () => {
    const smsc = await start();
    const dropped = await bindEsme(smsc);
    smsc.behave({ drop: true });
    await dropped.closed;
    const unbound = await bindEsme(smsc);
    smsc.behave({ unbind: true });
    await unbound.closed;
    expect(unbound.pdus.some((pdu) => pdu.command === 'unbind')).toBe(true);
  });
  test('a port that is taken is an error, and leaves nothing behind', async () => {
    const smsc = await start();
    await expect(startSmsc({ systemId: 'a', password: 'b', port: smsc.port })).rejects.toThrow('EADDRINUSE');
    const controlPort = Number(new URL(smsc.controlUrl).port);
    await expect(startSmsc({ systemId: 'a', password: 'b', controlPort })).rejects.toThrow('EADDRINUSE');
  });
});

/** Connected while the simulator reads nothing: a round trip that shows that it had its turn. */
const bindStatusOf = async (smsc: Smsc): Promise<Esme> => {
  const esme = await connectEsme(smsc);
  await expect.poll(() => smsc.sessions()).toHaveLength(2);
  return esme;
};
