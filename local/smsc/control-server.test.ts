import { afterEach, expect, test } from 'vitest';
import { type Smsc, startSmsc } from './start-smsc.ts';
import { bindEsme } from './test-esme.ts';

const running: Smsc[] = [];
const start = async (): Promise<Smsc> => {
  const smsc = await startSmsc({ systemId: 'box', password: 'secret', receiptDelayMs: 1 });
  running.push(smsc);
  return smsc;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((smsc) => smsc.stop()));
});

const ask = async (
  smsc: Smsc,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> => {
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${smsc.controlUrl}${path}`, { method, ...(body === undefined ? {} : { body: sent }) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
};

test('what was received is listed with its octets and its text, parts put together, and forgotten when told', async () => {
  const smsc = await start();
  const esme = await bindEsme(smsc);
  const piece = (udh: string, text: string) => ({
    esm_class: 0x40,
    short_message: Buffer.concat([Buffer.from(udh, 'hex'), Buffer.from(text)]),
  });
  const fields = { validity_period: '261122084200000+', registered_delivery: 0 };
  await esme.submit('491700000010', '', { ...piece('0608041234020a', 'no part'), ...fields });
  await esme.submit('491700000011', '', { ...piece('06080412340202', 'world'), ...fields });
  await esme.submit('491700000011', '', { ...piece('06080412340201', 'hello '), ...fields });
  const listed = await ask(smsc, 'GET', '/received?destination=491700000011');
  expect(listed.body).toMatchObject({
    total: 2,
    records: [
      {
        source: 'Signalbox',
        destination: '491700000011',
        esm_class: 0x40,
        udh_hex: '06080412340202',
        data_hex: Buffer.from('world').toString('hex'),
        text: 'world',
        validity_period: '261122084200000+',
        command_status: 0,
      },
      { part: { number: 1, total: 2, reference: 0x1234, reference_bits: 16 } },
    ],
    messages: [{ text: 'hello world', complete: true }],
  });
  expect((await ask(smsc, 'DELETE', '/received')).status).toBe(204);
  expect((await ask(smsc, 'GET', '/received')).body).toEqual({ total: 0, records: [], messages: [] });
});

test('a text from a telephone arrives, in parts when it is long', async () => {
  const smsc = await start();
  const esme = await bindEsme(smsc);
  const mo = { source: '491701234567', destination: '12345', text: 'x'.repeat(200) };
  expect(await ask(smsc, 'POST', '/mo', mo)).toEqual({ status: 202, body: { parts: 2 } });
  const parts = [await esme.delivered(1), await esme.delivered(2)];
  expect(parts).toMatchObject([{ esm_class: 0x40, data_coding: 0, source_addr: '491701234567' }, { esm_class: 0x40 }]);
  const octets = parts.map((pdu) => (pdu.short_message as Buffer).toString('latin1'));
  expect(octets.map((text) => text.length)).toEqual([6 + 153, 6 + 47]);
  expect(octets[1]?.slice(0, 6)).toBe('\x05\x00\x03\x01\x02\x02');
});

test('octets from a telephone arrive as they are, in message_payload when they are many', async () => {
  const smsc = await start();
  const esme = await bindEsme(smsc);
  const mo = { source: '491701234567', destination: '12345', data_coding: 4 };
  await ask(smsc, 'POST', '/mo', { ...mo, data_hex: '00ff', udh_hex: '0605040b8423f0' });
  await ask(smsc, 'POST', '/mo', { ...mo, data_hex: 'ab'.repeat(300) });
  const [short, long] = [await esme.delivered(1), await esme.delivered(2)];
  expect(short).toMatchObject({
    esm_class: 0x40,
    data_coding: 4,
    short_message: Buffer.from('0605040b8423f000ff', 'hex'),
  });
  expect(long).toMatchObject({ short_message: Buffer.alloc(0), message_payload: Buffer.alloc(300, 0xab) });
});

test('the behaviour is changed and shown, sessions and duplicates are listed', async () => {
  const smsc = await start();
  const esme = await bindEsme(smsc);
  expect((await ask(smsc, 'POST', '/behaviour', { responseDelayMs: 1, throttlePerSecond: 5 })).body).toMatchObject({
    responseDelayMs: 1,
    throttlePerSecond: 5,
    stall: 'none',
  });
  await ask(smsc, 'POST', '/behaviour', { throttlePerSecond: null });
  for (const text of ['a', 'a', 'b']) await esme.submit('491700000005', text);
  expect((await ask(smsc, 'GET', '/duplicates')).body).toMatchObject([{ text: 'a', times: 2 }]);
  expect((await ask(smsc, 'GET', '/sessions')).body).toMatchObject([{ mode: 'transceiver', submits: 3 }]);
  await ask(smsc, 'POST', '/behaviour', { drop: true });
  await esme.closed;
});

test('what does not fit is refused with the reason, and changes nothing', async () => {
  const smsc = await start();
  const wrong = [
    ['/behaviour', { stall: 'perhaps' }],
    ['/behaviour', { unknown: 1 }],
    ['/behaviour', '{'],
    ['/mo', { source: '1', destination: '2' }],
    ['/mo', { source: '1', destination: '2', text: 'a', data_hex: '00' }],
    ['/mo', { source: '1', destination: '2', data_hex: '0' }],
    ['/mo', { source: '', destination: '2', text: 'a' }],
  ] as const;
  for (const [path, body] of wrong)
    expect([path, body, (await ask(smsc, 'POST', path, body)).status]).toEqual([path, body, 422]);
  expect((await ask(smsc, 'POST', '/mo', 'x'.repeat(3 * 1024 * 1024))).status).toBe(413);
  expect((await ask(smsc, 'GET', '/nothing')).status).toBe(404);
  expect(smsc.waiting()).toBe(0);
});
