import { describe, expect, test } from 'vitest';
import { commandStatuses } from './command-status.ts';
import { decodePdu } from './decode.ts';
import { encodePdu } from './encode.ts';
import { commandIds } from './pdu.ts';
import { decodeAs, errorOf, frameOf, submit } from './raw-frames.ts';

describe('the limits of the specification are kept both ways', () => {
  const number = (length: number) => '1'.repeat(length);

  test.each([
    ['destination_addr', number(21), commandStatuses.ESME_RINVDSTADR],
    ['destination_addr', '49\u00001', commandStatuses.ESME_RINVDSTADR],
    ['source_addr', 'Müller', commandStatuses.ESME_RINVSRCADR],
    ['source_addr', '\u0100', commandStatuses.ESME_RINVSRCADR],
    ['service_type', 'TOOLONG', commandStatuses.ESME_RINVSERTYP],
    ['validity_period', '2601', commandStatuses.ESME_RINVEXPIRY],
    ['schedule_delivery_time', `${number(15)}+R`, commandStatuses.ESME_RINVSCHED],
    ['short_message', Buffer.alloc(255), commandStatuses.ESME_RINVMSGLEN],
    ['data_coding', 256, commandStatuses.ESME_RINVCMDLEN],
    ['esm_class', -1, commandStatuses.ESME_RINVESMCLASS],
    ['esm_class', 0.5, commandStatuses.ESME_RINVESMCLASS],
  ])('%s %s is not sent', (name, value, status) => {
    expect(errorOf(() => submit({ [name]: value })).commandStatus).toBe(status);
  });

  test.each([
    ['destination_addr', number(20)],
    ['validity_period', '000001000000000R'],
    ['short_message', Buffer.alloc(254)],
    ['short_message', Buffer.alloc(0)],
  ])('%s %s is', (name, value) => {
    expect(decodeAs('submit_sm', submit({ [name]: value })).body).toMatchObject({ [name]: value });
  });

  test('an sm_length larger than the rest is refused', () => {
    const frame = submit({ short_message: Buffer.from('hello') });
    frame[frame.length - 6] = 6;
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVMSGLEN);
  });

  test('an sm_length of 255 is refused though the octets are there', () => {
    const frame = frameOf(
      commandIds.deliver_sm,
      Buffer.concat([Buffer.alloc(16), Buffer.from([255]), Buffer.alloc(255)]),
    );
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVMSGLEN);
  });

  test('a message id without its NUL is refused', () => {
    const frame = frameOf(commandIds.submit_sm_resp, Buffer.from('abc'));
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVMSGID);
  });

  test('a text in short_message and in message_payload is refused both ways', () => {
    const both = { short_message: Buffer.from('a'), tlvs: { message_payload: Buffer.from('b') } };
    expect(errorOf(() => submit(both)).commandStatus).toBe(commandStatuses.ESME_ROPTPARNOTALLWD);
    const frame = Buffer.concat([submit({ short_message: Buffer.from('a') }), Buffer.from([0x04, 0x24, 0, 1, 0x62])]);
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_ROPTPARNOTALLWD);
  });

  test('a message_payload of 65,535 octets is carried', () => {
    const payload = Buffer.alloc(65_535, 0x41);
    expect(decodeAs('submit_sm', submit({ tlvs: { message_payload: payload } })).body?.tlvs.message_payload).toEqual(
      payload,
    );
  });
});

describe('the lists of submit_multi', () => {
  const multi = (...list: number[]) =>
    frameOf(commandIds.submit_multi, Buffer.from([0, 0, 0, 0, ...list, ...new Array<number>(10).fill(0)]));

  test.each([
    ['no destination', [0], commandStatuses.ESME_RINVNUMDESTS],
    ['255 destinations', [255], commandStatuses.ESME_RINVNUMDESTS],
    ['a dest_flag of 3', [1, 3], commandStatuses.ESME_RINVDESTFLAG],
    ['more destinations than follow', [200, 2, 0x61, 0], commandStatuses.ESME_RINVDESTFLAG],
    ['a dl_name without its end', [1, 2, ...new Array<number>(30).fill(0x61)], commandStatuses.ESME_RINVDLNAME],
  ])('%s is refused', (_, list, status) => {
    expect(errorOf(() => decodePdu(multi(...list))).commandStatus).toBe(status);
  });

  test('more unsuccessful SMEs than follow are refused', () => {
    const frame = frameOf(commandIds.submit_multi_resp, Buffer.from([0, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]));
    expect(errorOf(() => decodePdu(frame)).commandStatus).toBe(commandStatuses.ESME_RINVCMDLEN);
  });

  test.each([0, 255])('%d destinations are not sent', (length) => {
    const dest_addresses = Array.from({ length }, () => ({ dest_flag: 2 as const, dl_name: 'a' }));
    const body = { dest_addresses };
    const encode = () => encodePdu({ command: 'submit_multi', commandStatus: 0, sequenceNumber: 1, body });
    expect(errorOf(encode).commandStatus).toBe(commandStatuses.ESME_RINVNUMDESTS);
  });
});
