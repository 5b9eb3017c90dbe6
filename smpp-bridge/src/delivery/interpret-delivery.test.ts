import { expect, test } from 'vitest';
import { toMessageBody } from '#shared/adapters/queues.ts';
import { InboundReceived, ReceiptReceived } from '#shared/contracts/queue-messages.ts';
import type { DataSm, DeliverSm } from '../pdu/pdu.ts';
import { interpretDelivery } from './interpret-delivery.ts';

const deliver = (given: Partial<DeliverSm['body']>): DeliverSm => ({
  command: 'deliver_sm',
  commandStatus: 0,
  sequenceNumber: 1,
  body: {
    service_type: '',
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: '491700000001',
    dest_addr_ton: 3,
    dest_addr_npi: 1,
    destination_addr: '12345',
    esm_class: 0,
    protocol_id: 0,
    priority_flag: 0,
    schedule_delivery_time: '',
    validity_period: '',
    registered_delivery: 0,
    replace_if_present_flag: 0,
    data_coding: 0,
    sm_default_msg_id: 0,
    short_message: Buffer.alloc(0),
    tlvs: {},
    otherTlvs: [],
    ...given,
  },
});
const ofProvider = { provider: 'primary', plainReceipts: 'refuse' } as const;
const now = new Date('2026-11-21T08:00:00Z');
const receiptText = Buffer.from(
  'id:0a1b sub:001 dlvrd:001 submit date:2611210800 done date:2611210801 stat:DELIVRD err:000',
);

test('a receipt is told by its esm_class', () => {
  const read = interpretDelivery(deliver({ esm_class: 0x04, short_message: receiptText }), ofProvider, now);
  expect(read.kind === 'receipt' && ReceiptReceived.parse(read.receipt)).toMatchObject({
    smsc_message_id: '0a1b',
    state: 'DELIVERED',
    recipient: '491700000001',
  });
});

test('a text that looks like a receipt is a text, with the TLVs of one too', () => {
  const tlvs = { receipted_message_id: '0a1b', message_state: 2 };
  for (const esm_class of [0x00, 0x01, 0x03, 0x40])
    for (const body of [{ short_message: receiptText }, { short_message: receiptText, tlvs }, { tlvs }])
      expect(interpretDelivery(deliver({ esm_class, ...body }), ofProvider, now).kind).toBe('inbound');
});

test('with a provider that is known to mark none, it is a receipt, and any other text is still a text', () => {
  const read = (body: Partial<DeliverSm['body']>) =>
    interpretDelivery(deliver(body), { provider: 'primary', plainReceipts: 'accept' }, now);
  expect(read({ short_message: receiptText })).toMatchObject({
    receipt: { smsc_message_id: '0a1b', state: 'DELIVERED' },
  });
  for (const text of ['STOP', 'id:5 is my name', 'stat:DELIVRD', 'id:1 stat:FINE'])
    expect(read({ short_message: Buffer.from(text) })).toMatchObject({
      kind: 'inbound',
      inbound: { data_hex: Buffer.from(text).toString('hex') },
    });
  expect(read({ esm_class: 0x08, short_message: receiptText }).kind).toBe('ignored');
});

test('an intermediate notification is never final, whatever state it names', () => {
  const stated = (esm_class: number, message_state: number) =>
    interpretDelivery(deliver({ esm_class, tlvs: { receipted_message_id: 'a', message_state } }), ofProvider, now);
  for (const [state, name] of [
    [1, 'ENROUTE'],
    [2, 'ENROUTE'],
    [5, 'ENROUTE'],
    [6, 'ACCEPTED'],
  ] as const)
    expect(stated(0x20, state)).toMatchObject({ receipt: { state: name } });
  expect(stated(0x04, 2)).toMatchObject({ receipt: { state: 'DELIVERED' } });
});

test('a receipt is read from message_payload, and from TLVs alone in a deliver_sm and a data_sm', () => {
  const tlvs = { receipted_message_id: 'FF01', message_state: 5, network_error_code: Buffer.from([3, 1, 2]) };
  const receipt = { smsc_message_id: 'FF01', state: 'UNDELIVERABLE', error_code: '3/258' };
  const { body } = deliver({ esm_class: 0x04, tlvs });
  const dataSm: DataSm = { command: 'data_sm', commandStatus: 0, sequenceNumber: 1, body };
  expect(interpretDelivery(deliver({ esm_class: 0x04, tlvs }), ofProvider, now)).toMatchObject({ receipt });
  expect(interpretDelivery(dataSm, ofProvider, now)).toMatchObject({ receipt });
  const payload = deliver({ esm_class: 0x04, tlvs: { message_payload: receiptText } });
  expect(interpretDelivery(payload, ofProvider, now)).toMatchObject({ receipt: { smsc_message_id: '0a1b' } });
});

test('a part of a long inbound text keeps its header and its octets', () => {
  const short_message = Buffer.concat([Buffer.from('050003010201', 'hex'), Buffer.from('zażółć', 'utf16le').swap16()]);
  const read = interpretDelivery(deliver({ esm_class: 0x40, data_coding: 8, short_message }), ofProvider, now);
  expect(read.kind === 'inbound' && InboundReceived.parse(read.inbound)).toMatchObject({
    udh_hex: '050003010201',
    data_hex: Buffer.from('zażółć', 'utf16le').swap16().toString('hex'),
    default_alphabet: 'gsm7',
    sar: null,
    provider: 'primary',
  });
});

test('a header beyond its data, an odd UCS-2 octet and binary content lose nothing and raise nothing', () => {
  const broken = deliver({ esm_class: 0x40, short_message: Buffer.from('ff01', 'hex') });
  expect(interpretDelivery(broken, ofProvider, now)).toMatchObject({ inbound: { data_hex: 'ff01', udh_hex: '' } });
  const odd = deliver({ data_coding: 8, short_message: Buffer.from('0041ff', 'hex') });
  expect(interpretDelivery(odd, ofProvider, now)).toMatchObject({ inbound: { data_hex: '0041ff' } });
  const binary = deliver({ data_coding: 4, short_message: Buffer.from('00ff', 'hex') });
  expect(interpretDelivery(binary, ofProvider, now)).toMatchObject({ inbound: { data_hex: '00ff' } });
});

test('a part that is numbered by parameters says so, and parameters that number nothing are none', () => {
  const sarOf = (tlvs: object) => {
    const read = interpretDelivery(deliver({ tlvs }), { ...ofProvider, defaultAlphabet: 'latin1' }, now);
    return read.kind === 'inbound' && [InboundReceived.parse(read.inbound).sar, read.inbound.default_alphabet];
  };
  const sar = { sar_msg_ref_num: 0xabcd, sar_total_segments: 3, sar_segment_seqnum: 2 };
  expect(sarOf(sar)).toEqual([{ reference: 0xabcd, total: 3, part: 2 }, 'latin1']);
  for (const odd of [{ sar_segment_seqnum: 4 }, { sar_segment_seqnum: 0 }, { sar_total_segments: undefined }])
    expect(sarOf({ ...sar, ...odd })).toEqual([null, 'latin1']);
});

test.each([0x00, 0x01, 0x03, 0x04, 0x08])(
  'the longest message_payload there is fits into a queue message (DCS %i)',
  (dcs) => {
    for (const octet of [0x01, 0x1b, 0x41, 0xff]) {
      const tlvs = { message_payload: Buffer.alloc(0xffff, octet) };
      const read = interpretDelivery(deliver({ data_coding: dcs, tlvs }), ofProvider, now);
      if (read.kind !== 'inbound') throw new Error('it was not read');
      // A control character takes six octets in JSON; SQS takes a message of 1 MiB.
      expect(Buffer.byteLength(toMessageBody(InboundReceived.parse(read.inbound)))).toBeLessThan(1_048_576);
      expect(read.inbound.data_hex).toHaveLength(2 * 0xffff);
    }
  },
);

test('what tells nothing of a message is ignored, with a reason', () => {
  for (const esm_class of [0x08, 0x10])
    expect(interpretDelivery(deliver({ esm_class, short_message: receiptText }), ofProvider, now)).toEqual({
      kind: 'ignored',
      reason: 'acknowledgement',
    });
  expect(interpretDelivery(deliver({ esm_class: 0x04 }), ofProvider, now)).toMatchObject({ kind: 'ignored' });
});
