import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePdu } from '../pdu/encode.ts';
import { commandIds } from '../pdu/pdu.ts';
import { type Bound, bindTo, type ScriptedSmsc, startScriptedSmsc } from './scripted-smsc.ts';

const text = { destination_addr: '491701234567', short_message: Buffer.from('hello') };
const deliver = (body = {}) => encodePdu({ command: 'deliver_sm', commandStatus: 0, sequenceNumber: 5, body });

/** A PDU with octets behind it, and the length that counts them. */
const longer = (pdu: Buffer, ...tail: readonly number[]): Buffer => {
  const octets = Buffer.concat([pdu, Buffer.from(tail)]);
  octets.writeUInt32BE(octets.length, 0);
  return octets;
};

let smsc: ScriptedSmsc;
let bound: Bound;
beforeEach(async () => {
  smsc = await startScriptedSmsc();
  bound = await bindTo(smsc);
});
afterEach(() => smsc.close());

const expectWell = async () => {
  const result = bound.session.submit(text);
  bound.peer.answer(await bound.peer.next('submit_sm'), 'submit_sm_resp', 0, { message_id: '1' });
  expect(await result).toEqual({ outcome: 'accepted', messageId: '1' });
};

describe('an optional parameter of a deliver_sm', () => {
  test.each([
    ['message_state', 0x0427, 0],
    ['message_state', 0x0427, 2],
    ['message_state', 0x0427, 4],
    ['user_message_reference', 0x0204, 1],
    ['user_message_reference', 0x0204, 3],
    ['sar_total_segments', 0x020e, 0],
    ['source_port', 0x020a, 4],
    ['qos_time_to_live', 0x0017, 3],
    ['network_error_code', 0x0423, 2],
  ])('(%s) of the wrong length is refused, and the session lives', async (_, tag, length) => {
    bound.peer.socket.write(longer(deliver(text), tag >> 8, tag & 0xff, 0, length, ...Buffer.alloc(length)));
    expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0xc2, sequenceNumber: 5 });
    expect(bound.events.delivered).toEqual([]);
    await expectWell();
  });

  test('that is a string without its NUL ends with its own length, and swallows no other', async () => {
    bound.peer.socket.write(longer(deliver(text), 0x00, 0x1e, 0, 2, 0x61, 0x62, 0x04, 0x27, 0, 1, 2));
    expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0 });
    expect(bound.events.delivered[0]?.body.tlvs).toEqual({ receipted_message_id: 'ab', message_state: 2 });
    await expectWell();
  });

  test('that is a string with a NUL inside is refused', async () => {
    bound.peer.socket.write(longer(deliver(text), 0x00, 0x1e, 0, 4, 0x61, 0, 0x62, 0));
    expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0xc4 });
    await expectWell();
  });

  test('that promises more than is there is refused, however little is missing', async () => {
    for (const tail of [[0x04], [0x04, 0x27, 0], [0x04, 0x27, 0, 1], [0x00, 0x1e, 0, 2, 0x61]]) {
      bound.peer.socket.write(longer(deliver(text), ...tail));
      expect(await bound.peer.next('deliver_sm_resp'), tail.join()).toMatchObject({ commandStatus: 0xc0 });
    }
    await expectWell();
  });
});

test.each([1, 100, 254])('an sm_length %i larger than the rest is refused', async (more) => {
  const octets = deliver({ short_message: Buffer.alloc(0) });
  octets[octets.length - 1] = more;
  bound.peer.socket.write(octets);
  expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0x01, sequenceNumber: 5 });
  await expectWell();
});

test('every data_coding and every esm_class is taken as it stands', async () => {
  for (let octet = 0; octet <= 0xff; octet++)
    bound.peer.socket.write(deliver({ ...text, data_coding: octet, esm_class: octet }));
  for (let octet = 0; octet <= 0xff; octet++)
    expect(await bound.peer.next('deliver_sm_resp')).toMatchObject({ commandStatus: 0 });
  expect(bound.events.delivered.map(({ body }) => [body.data_coding, body.esm_class])).toEqual(
    Array.from({ length: 256 }, (_, octet) => [octet, octet]),
  );
  await expectWell();
});

test('every command, of no body and of a senseless one, is answered or passed over, and the session lives', async () => {
  const ends = new Set<number>([commandIds.unbind, commandIds.generic_nack]);
  for (const commandId of Object.values(commandIds).filter((id) => !ends.has(id)))
    for (const body of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(300, 0xff), Buffer.alloc(300)]) {
      const octets = Buffer.concat([deliver().subarray(0, 16), body]);
      octets.writeUInt32BE(octets.length, 0);
      octets.writeUInt32BE(commandId, 4);
      octets.writeUInt32BE(4_000, 12);
      bound.peer.socket.write(octets);
    }
  await expectWell();
  expect(bound.session.state).toBe('BOUND_TRX');
});

describe('nothing that our own side hands over can shift a field', () => {
  test.each([
    ['destination_addr', '4917\0injected'],
    ['destination_addr', '\u0100'],
    ['source_addr', 'A\0B'],
    ['service_type', 'C\0T'],
    ['validity_period', '000001000000\u000000R'],
    ['schedule_delivery_time', '260102030405006\0'],
  ])('(%s with %j) and the next submit_sm is whole', async (name, value) => {
    const refused = bound.session.submit({ ...text, [name]: value });
    expect(await refused).toMatchObject({ outcome: 'refused' });
    const result = bound.session.submit(text);
    const submitted = await bound.peer.next('submit_sm');
    expect(submitted.body).toMatchObject({ ...text, source_addr: '' });
    bound.peer.answer(submitted, 'submit_sm_resp', 0, { message_id: '1' });
    expect(await result).toMatchObject({ outcome: 'accepted' });
  });
});
