import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePdu } from '../pdu/encode.ts';
import { type Bound, bindTo, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';

const text = { destination_addr: '491701234567', short_message: Buffer.from('hello') };
const deliver = (sequenceNumber: number, body = {}) =>
  encodePdu({ command: 'deliver_sm', commandStatus: 0, sequenceNumber, body: { ...text, ...body } });
const withLength = (octets: Buffer): Buffer => {
  octets.writeUInt32BE(octets.length, 0);
  return octets;
};
const header = (commandLength: number, commandId = 0x05, sequenceNumber = 9): Buffer => {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(commandLength, 0);
  octets.writeUInt32BE(commandId, 4);
  octets.writeUInt32BE(sequenceNumber, 12);
  return octets;
};

let smsc: ScriptedSmsc;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
});
afterEach(() => smsc.close());

/** A session is well when it still takes a message, and gives one. */
const expectWell = async ({ session, peer, events }: Bound) => {
  const before = events.delivered.length;
  peer.socket.write(deliver(1_000));
  expect(await peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0, sequenceNumber: 1_000 });
  expect(events.delivered).toHaveLength(before + 1);
  const result = session.submit(text);
  peer.answer(await peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '1' });
  expect(await result).toEqual({ outcome: 'accepted', messageId: '1' });
};

describe('a command_length that no PDU has', () => {
  test.each([0, 2, 4, 8, 15, 70_000, 0xffffffff])(
    '(%d) is answered generic_nack 0x02 with sequence 0, and the connection closed',
    async (commandLength) => {
      const { session, peer, events } = await bindTo(smsc);
      const result = session.submit(text);
      await peer.next('submit_sm');
      peer.socket.write(header(commandLength));
      expect(await peer.next('generic_nack')).toMatchObject({ commandStatus: 0x02, sequenceNumber: 0 });
      expect(await events.end).toMatchObject({ reason: 'protocol-error' });
      expect(await result).toEqual({ outcome: 'unknown', reason: 'session-lost' });
      await peer.ended;
    },
  );
});

describe('a PDU whose body is bad is refused, and the session lives', () => {
  const longer = (pdu: Buffer, ...tail: number[]) => withLength(Buffer.concat([pdu, Buffer.from(tail)]));
  const lyingLength = () => {
    const pdu = deliver(5);
    pdu[pdu.length - 6] = 200;
    return pdu;
  };

  test.each([
    ['an integer parameter of the wrong length', longer(deliver(5), 0x04, 0x27, 0, 3, 1, 2, 3), 0xc2],
    ['a parameter that is cut off', longer(deliver(5), 0x04, 0x24, 0xff, 0xff, 1), 0xc0],
    ['an sm_length larger than the rest', lyingLength(), 0x01],
    ['no body at all', header(16, 0x05, 5), 0x15],
    ['an address that never ends', withLength(Buffer.concat([header(0, 0x05, 5), Buffer.alloc(200, 0x31)])), 0x15],
  ])('%s', async (_, octets, commandStatus) => {
    const bound = await bindTo(smsc);
    bound.peer.socket.write(octets);
    expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus, sequenceNumber: 5, body: null });
    expect(bound.events.delivered).toEqual([]);
    await expectWell(bound);
  });

  test.each([0x22, 0x00, 0x0a, 0x7fffffff])(
    'a command (%i) that is not known, as generic_nack 0x03',
    async (commandId) => {
      const bound = await bindTo(smsc);
      bound.peer.socket.write(header(16, commandId));
      expect(await bound.peer.next('generic_nack')).toMatchObject({ commandStatus: 0x03, sequenceNumber: 9 });
      await expectWell(bound);
    },
  );

  test('a command that is the ESME’s own, as generic_nack 0x03', async () => {
    const bound = await bindTo(smsc);
    bound.peer.send({ command: 'submit_sm', commandStatus: 0, sequenceNumber: 9, body: text });
    expect(await bound.peer.next('generic_nack')).toMatchObject({ commandStatus: 0x03, sequenceNumber: 9 });
    await expectWell(bound);
  });
});

describe('what asks for nothing is answered by nothing, and the session lives', () => {
  const anomalies: readonly (readonly [string, Buffer])[] = [
    [
      'a submit_sm_resp nobody waits for',
      encodePdu({ command: 'submit_sm_resp', commandStatus: 0, sequenceNumber: 4_000, body: { message_id: 'x' } }),
    ],
    ['a response that is not known', header(16, 0x80000022)],
    [
      'an unbind_resp nobody waits for',
      encodePdu({ command: 'unbind_resp', commandStatus: 0, sequenceNumber: 1, body: {} }),
    ],
    [
      'a second bind response',
      encodePdu({ command: 'bind_transceiver_resp', commandStatus: 0x0e, sequenceNumber: 1, body: null }),
    ],
    [
      'an enquire_link_resp nobody waits for',
      encodePdu({ command: 'enquire_link_resp', commandStatus: 0, sequenceNumber: 8, body: {} }),
    ],
    [
      'a generic_nack nobody waits for',
      encodePdu({ command: 'generic_nack', commandStatus: 3, sequenceNumber: 4_000, body: {} }),
    ],
    [
      'an alert_notification',
      encodePdu({ command: 'alert_notification', commandStatus: 0, sequenceNumber: 4, body: { source_addr: '1' } }),
    ],
    ['an outbind', encodePdu({ command: 'outbind', commandStatus: 0, sequenceNumber: 4, body: {} })],
    ['an outbind that is malformed', header(16, 0x0b)],
  ];

  test.each(anomalies)('%s', async (_, octets) => {
    const bound = await bindTo(smsc);
    bound.peer.socket.write(octets);
    bound.peer.send({ command: 'enquire_link', commandStatus: 0, sequenceNumber: 55, body: {} });
    const heard: string[] = [];
    bound.peer.socket.on('data', (chunk) => heard.push(chunk.toString('hex')));
    await bound.peer.next('enquire_link_resp');
    expect(heard.join('')).toBe('00000010800000150000000000000037');
    await expectWell(bound);
  });
});

test('a generic_nack with sequence 0 closes: nobody knows what it is about', async () => {
  const { session, peer, events } = await bindTo(smsc);
  const result = session.submit(text);
  await peer.next('submit_sm');
  peer.send({ command: 'generic_nack', commandStatus: 0x02, sequenceNumber: 0, body: {} });
  expect(await events.end).toEqual({ reason: 'protocol-error', detail: 'generic_nack ESME_RINVCMDLEN' });
  expect(await result).toEqual({ outcome: 'unknown', reason: 'session-lost' });
});

test.each([1, 2, 3, 15])('a PDU that lacks %i octets when the peer closes is dropped', async (missing) => {
  const { peer, events } = await bindTo(smsc);
  peer.socket.end(Buffer.concat([deliver(1), deliver(2).subarray(0, -missing)]));
  expect(await events.end).toEqual({ reason: 'closed-by-peer' });
  expect(events.delivered.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1]);
});

test('a PDU that drips in is not waited for, though octets keep coming', async () => {
  const { peer, events } = await bindTo(smsc, { readTimeoutMs: 60 });
  const octets = deliver(1);
  let sent = 0;
  const drip = setInterval(() => peer.socket.write(octets.subarray(sent, ++sent)), 5);
  expect(await events.end).toEqual({ reason: 'read-timeout' });
  clearInterval(drip);
  expect(events.delivered).toEqual([]);
});

test('a PDU in pieces of one octet is whole when its last octet is there', async () => {
  const bound = await bindTo(smsc);
  bound.peer.socket.setNoDelay(true);
  for (const octet of deliver(5)) {
    bound.peer.socket.write(Buffer.from([octet]));
    await new Promise(setImmediate);
  }
  expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0, sequenceNumber: 5 });
  await expectWell(bound);
});

test('a peer that does not read is not written to without end, and is given up', async () => {
  const { session, peer, events } = await bindTo(smsc, { windowSize: 100_000, responseTimeoutMs: 300 });
  peer.socket.pause();
  const large = { destination_addr: '1', tlvs: { message_payload: Buffer.alloc(60_000) } };
  let sent = 0;
  while (session.freeSlots > 0 && sent < 5_000) {
    void session.submit(large);
    sent++;
    await new Promise(setImmediate);
  }
  expect(sent).toBeLessThan(5_000);
  expect(await session.whenSlotFree()).toBe(false);
  expect(await events.end).toEqual({ reason: 'write-timeout' });
});

test('a peer that asks without listening is given up before it fills the memory', async () => {
  const { peer, events } = await bindTo(smsc);
  const question = encodePdu({ command: 'enquire_link', commandStatus: 0, sequenceNumber: 1, body: {} });
  const questions = Buffer.concat(new Array<Buffer>(4_000).fill(question));
  peer.socket.pause();
  let over = false;
  void events.end.then(() => {
    over = true;
  });
  // As fast as it is taken, so that this test's own memory is not what fills.
  while (!over) {
    const taken = peer.socket.write(questions);
    await new Promise((resolve) => (taken ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
  expect(await events.end).toMatchObject({ reason: 'write-timeout' });
});

test('whatever octets come, the session answers or closes, and nothing is left undecided', async () => {
  const octets = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((array) => Buffer.from(array));
  const framed = octets.map((body) => withLength(Buffer.concat([header(0, body[0]), body])));
  const stream = fc.array(fc.oneof({ weight: 3, arbitrary: framed }, octets), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(stream, async (pieces) => {
      const { session, peer, events } = await bindTo(smsc);
      const result = session.submit(text);
      await peer.next('submit_sm');
      for (const piece of pieces) peer.socket.write(piece);
      peer.socket.end();
      await events.end;
      expect(['accepted', 'refused', 'unknown']).toContain((await result).outcome);
      expect([session.state, session.inFlight]).toEqual(['CLOSED', 0]);
    }),
    { numRuns: 60 },
  );
});
