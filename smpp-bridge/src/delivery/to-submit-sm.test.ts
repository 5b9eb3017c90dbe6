import { expect, test } from 'vitest';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { relativeTime, toSubmitSm } from './to-submit-sm.ts';

const claim = (given: Partial<Claim>): Claim => ({
  message_id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
  client_id: '01a1fd77-b033-76ea-943c-c564809ad38f',
  attempt: 1,
  claim_id: '6f2b0b6e-0000-4000-8000-000000000000',
  recipient: '491700000001',
  sender: 'Signalbox',
  body: 'hello',
  encoding: 'gsm7',
  data_coding: null,
  protocol_id: null,
  udh_hex: null,
  concat_reference: 0x1234,
  correlation_id: 'c',
  remaining_seconds: 3600,
  part_numbers: [1],
  ...given,
});

test('a short text is one plain submit_sm in the default alphabet that asks for a receipt', () => {
  const [only, ...more] = toSubmitSm(claim({}));
  expect(more).toEqual([]);
  expect(only?.fields).toMatchObject({
    esm_class: 0,
    data_coding: 0,
    registered_delivery: 1,
    source_addr_ton: 5,
    dest_addr_ton: 1,
    validity_period: '000000010000000R',
    short_message: Buffer.from('hello'),
  });
});

test('a long text is cut alike at every attempt, and only the parts that are still to go are sent', () => {
  const long = claim({ body: `${'ü'.repeat(80)}😀`, encoding: 'ucs2', part_numbers: [1, 2] });
  const all = toSubmitSm(long);
  expect(all.map(({ part }) => part)).toEqual([1, 2]);
  expect(toSubmitSm({ ...long, part_numbers: [2], attempt: 2 })).toEqual([all[1]]);
  expect(all[1]?.fields).toMatchObject({ esm_class: 0x40, data_coding: 8 });
  expect(all[1]?.fields.short_message?.subarray(0, 7).toString('hex')).toBe('06080412340202');
});

test('octets go out as they are, behind the header that the client gave, with its data_coding and protocol_id', () => {
  const push = { encoding: 'binary', body: '00ff1b', data_coding: 0xf6, protocol_id: 0x7f } as const;
  const [only, ...more] = toSubmitSm(claim({ ...push, udh_hex: '027000' }));
  expect(more).toEqual([]);
  expect(only?.fields).toMatchObject({
    esm_class: 0x40,
    data_coding: 0xf6,
    protocol_id: 0x7f,
    short_message: Buffer.from('02700000ff1b', 'hex'),
  });
  expect(toSubmitSm(claim(push))[0]?.fields).toMatchObject({
    esm_class: 0,
    short_message: Buffer.from('00ff1b', 'hex'),
  });
});

test('octets beyond one part are numbered in front of the elements that the client gave, which every part repeats', () => {
  const body = Buffer.alloc(200, 0xa5).toString('hex');
  const ports = '06050415810000';
  const all = toSubmitSm(claim({ encoding: 'binary', body, data_coding: 4, udh_hex: ports, part_numbers: [1, 2] }));
  const sent = all.map(({ fields }) => fields.short_message?.toString('hex') ?? '');
  expect(sent.map((hex) => hex.slice(0, 28))).toEqual([
    '0c0804123402010504158100' + '00a5',
    '0c0804123402020504158100' + '00a5',
  ]);
  expect(sent.map((hex) => hex.slice(26)).join('')).toBe(body);
  expect(all[0]?.fields).toMatchObject({ esm_class: 0x40, data_coding: 4, protocol_id: 0 });
});

test.each([
  [59, '000000000100000R'],
  [3_600, '000000010000000R'],
  [172_800 + 61, '000002000101000R'],
  [10 ** 9, '000099000000000R'],
])('%i seconds are the relative time %s', (seconds, text) => {
  expect(relativeTime(seconds)).toBe(text);
});
