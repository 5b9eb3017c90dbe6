import { expect, test } from 'vitest';
import { InboundReceived, ReceiptReceived } from '#shared/contracts/queue-messages.ts';
import type { DeliverSm } from '../pdu/pdu.ts';
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
const now = new Date('2026-11-21T08:00:00Z');
const receiptText = Buffer.from(
  'id:0a1b sub:001 dlvrd:001 submit date:2611210800 done date:2611210801 stat:DELIVRD err:000',
);

test('a receipt is told by its esm_class', () => {
  const read = interpretDelivery(deliver({ esm_class: 0x04, short_message: receiptText }), 'primary', now);
  expect(read.kind === 'receipt' && ReceiptReceived.parse(read.receipt)).toMatchObject({
    smsc_message_id: '0a1b',
    state: 'DELIVERED',
    recipient: '491700000001',
  });
});

test('a text that looks like a receipt is a text', () => {
  expect(interpretDelivery(deliver({ short_message: receiptText }), 'primary', now).kind).toBe('inbound');
});

test('a part of a long inbound text keeps its header and its octets, and is read', () => {
  const short_message = Buffer.concat([Buffer.from('050003010201', 'hex'), Buffer.from('zażółć', 'utf16le').swap16()]);
  const read = interpretDelivery(deliver({ esm_class: 0x40, data_coding: 8, short_message }), 'primary', now);
  expect(read.kind === 'inbound' && InboundReceived.parse(read.inbound)).toMatchObject({
    udh_hex: '050003010201',
    text: 'zażółć',
    provider: 'primary',
  });
});

test('a header beyond its data, an odd UCS-2 octet and binary content lose nothing and raise nothing', () => {
  const broken = deliver({ esm_class: 0x40, short_message: Buffer.from('ff01', 'hex') });
  expect(interpretDelivery(broken, 'primary', now)).toMatchObject({ inbound: { data_hex: 'ff01', text: null } });
  const odd = deliver({ data_coding: 8, short_message: Buffer.from('0041ff', 'hex') });
  expect(interpretDelivery(odd, 'primary', now)).toMatchObject({ inbound: { data_hex: '0041ff', text: 'A' } });
  const binary = deliver({ data_coding: 4, short_message: Buffer.from('00ff', 'hex') });
  expect(interpretDelivery(binary, 'primary', now)).toMatchObject({ inbound: { text: null } });
});

test('what tells nothing of a message is ignored, with a reason', () => {
  expect(interpretDelivery(deliver({ esm_class: 0x08 }), 'primary', now)).toEqual({
    kind: 'ignored',
    reason: 'acknowledgement',
  });
  expect(interpretDelivery(deliver({ esm_class: 0x04 }), 'primary', now)).toMatchObject({ kind: 'ignored' });
});
