import { expect, test } from 'vitest';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { absoluteTime, relativeTime, type SubmitStyle, usualStyle } from './submit-style.ts';
import { type PartToSubmit, toSubmitSm } from './to-submit-sm.ts';

const claim = (given: Partial<Claim>): Claim => ({
  message_id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
  client_id: '01a1fd77-b033-76ea-943c-c564809ad38f',
  attempt: 1,
  claim_id: '6f2b0b6e-0000-4000-8000-000000000000',
  recipient: '491700000001',
  sender: 'Signalbox',
  body: 'hello',
  encoding: 'gsm7',
  locking_shift: null,
  single_shift: null,
  data_coding: null,
  protocol_id: null,
  udh_hex: null,
  push_reference_bits: null,
  concat_reference: 0x1234,
  correlation_id: 'c',
  remaining_seconds: 3600,
  part_numbers: [1],
  tried: [],
  ...given,
});

/** As one provider wants it. */
const submits = (given: Claim, style: Partial<SubmitStyle> = {}, now = new Date()): readonly PartToSubmit[] => {
  const made = toSubmitSm(given, { ...usualStyle, ...style }, now);
  if (!made) throw new Error('The provider cannot write it');
  return made;
};

test('a short text is one plain submit_sm in the default alphabet that asks for a receipt', () => {
  const [only, ...more] = submits(claim({}));
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
  const all = submits(long);
  expect(all.map(({ parts }) => parts)).toEqual([[1], [2]]);
  expect(submits({ ...long, part_numbers: [2], attempt: 2 })).toEqual([all[1]]);
  expect(all[1]?.fields).toMatchObject({ esm_class: 0x40, data_coding: 8 });
  expect(all[1]?.fields.short_message?.subarray(0, 7).toString('hex')).toBe('06080412340202');
});

test("a card's packet says what it is in its first part alone, with references of as many bits as the card wants", () => {
  const packet = '00'.repeat(150);
  const push = {
    encoding: 'binary',
    body: packet,
    data_coding: 0xf6,
    protocol_id: 0x7f,
    part_numbers: [1, 2],
  } as const;
  const udhs = (bits: 8 | 16) =>
    (toSubmitSm(claim({ ...push, push_reference_bits: bits })) ?? []).map(
      ({ fields: { short_message = Buffer.alloc(0) } }) =>
        short_message.toString('hex', 0, 1 + (short_message[0] ?? 0)),
    );
  expect(udhs(8)).toEqual(['0700033402017000', '050003340202']);
  expect(udhs(16)).toEqual(['080804123402017000', '06080412340202']);
  const [short] = toSubmitSm(claim({ ...push, body: '00ff', push_reference_bits: 8, part_numbers: [1] })) ?? [];
  expect(short?.fields.short_message?.toString('hex')).toBe('02700000ff');
});

test('octets go out as they are, behind the header that the client gave, with its data_coding and protocol_id', () => {
  const push = { encoding: 'binary', body: '00ff1b', data_coding: 0xf6, protocol_id: 0x7f } as const;
  const [only, ...more] = submits(claim({ ...push, udh_hex: '027000' }));
  expect(more).toEqual([]);
  expect(only?.fields).toMatchObject({
    esm_class: 0x40,
    data_coding: 0xf6,
    protocol_id: 0x7f,
    short_message: Buffer.from('02700000ff1b', 'hex'),
  });
  expect(submits(claim(push))[0]?.fields).toMatchObject({
    esm_class: 0,
    short_message: Buffer.from('00ff1b', 'hex'),
  });
});

test('octets beyond one part are numbered in front of the elements that the client gave, which every part repeats', () => {
  const body = Buffer.alloc(200, 0xa5).toString('hex');
  const ports = '06050415810000';
  const all = submits(claim({ encoding: 'binary', body, data_coding: 4, udh_hex: ports, part_numbers: [1, 2] }));
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

const long = () => claim({ body: 'x'.repeat(200), part_numbers: [1, 2] });
const shown = (all: readonly PartToSubmit[]) =>
  all.map(({ parts, fields }) => ({
    parts,
    esm_class: fields.esm_class,
    header: fields.esm_class === 0x40 ? fields.short_message?.subarray(0, 7).toString('hex') : '',
    tlvs: fields.tlvs,
  }));

test('long messages are numbered in the way of the provider, and cut alike in every way', () => {
  expect(shown(submits(long(), { long_messages: 'udh16' })).map(({ header }) => header)).toEqual([
    '06080412340201',
    '06080412340202',
  ]);
  const in8 = submits(long(), { long_messages: 'udh8' });
  expect(in8.map(({ fields }) => fields.short_message?.subarray(0, 6).toString('hex'))).toEqual([
    '050003340201',
    '050003340202',
  ]);
  const sar = submits(long(), { long_messages: 'sar' });
  expect(sar.map(({ fields }) => [fields.esm_class, fields.tlvs])).toEqual([
    [0, { sar_msg_ref_num: 0x1234, sar_total_segments: 2, sar_segment_seqnum: 1 }],
    [0, { sar_msg_ref_num: 0x1234, sar_total_segments: 2, sar_segment_seqnum: 2 }],
  ]);
  const texts = [
    in8.map(({ fields }) => fields.short_message?.subarray(6)),
    sar.map(({ fields }) => fields.short_message),
  ];
  for (const parts of texts)
    expect(Buffer.concat(parts.map((part) => part ?? Buffer.alloc(0)))).toEqual(Buffer.alloc(200, 'x'));
});

test('a message_payload carries all parts at once, but not the rest of a message of which some went before', () => {
  const [only, ...more] = submits(long(), { long_messages: 'payload' });
  expect(more).toEqual([]);
  expect(only?.parts).toEqual([1, 2]);
  expect(only?.fields).toMatchObject({
    short_message: Buffer.alloc(0),
    tlvs: { message_payload: Buffer.alloc(200, 'x') },
  });
  const rest = submits({ ...long(), part_numbers: [2] }, { long_messages: 'payload' });
  expect(shown(rest)).toMatchObject([{ parts: [2], esm_class: 0x40 }]);
});

test('the elements of a client stay beside whatever numbers the parts, and its own numbering stays as it is', () => {
  const ported = {
    encoding: 'binary',
    body: 'a5'.repeat(200),
    udh_hex: '06050415810000',
    part_numbers: [1, 2],
  } as const;
  const [sar] = submits(claim(ported), { long_messages: 'sar' });
  expect(sar?.fields.short_message?.subarray(0, 7).toString('hex')).toBe('06050415810000');
  const own = claim({ encoding: 'binary', body: '00ff', udh_hex: '0500037a0201' });
  const [one] = submits(own, { long_messages: 'sar' });
  expect(one?.fields).toMatchObject({ esm_class: 0x40, short_message: Buffer.from('0500037a020100ff', 'hex') });
  expect(one?.fields.tlvs).toBeUndefined();
});

test('data_coding 0 is the alphabet of the SMSC, and a text that it lacks is not for it', () => {
  const greeting = claim({ body: 'Grüße @{}' });
  const sent = (style: Partial<SubmitStyle>) => submits(greeting, style)[0]?.fields.short_message;
  expect(sent({ default_alphabet: 'latin1' })).toEqual(Buffer.from('Grüße @{}', 'latin1'));
  expect(sent({})?.toString('hex')).toBe('47727e1e6520001b281b29');
  expect(toSubmitSm(greeting, { ...usualStyle, default_alphabet: 'ascii' })).toBeNull();
  expect(toSubmitSm(claim({ body: 'Δ' }), { ...usualStyle, default_alphabet: 'latin1' })).toBeNull();
  const ucs2 = claim({ body: 'Δ', encoding: 'ucs2' });
  expect(submits(ucs2, { default_alphabet: 'ascii' })[0]?.fields.data_coding).toBe(8);
});

test('type of number, validity and protocol are those of the provider', () => {
  const style = {
    source_ton: 0,
    source_npi: 9,
    dest_ton: 2,
    dest_npi: 8,
    validity: 'none',
    text_protocol_id: 1,
  } as const;
  expect(submits(claim({}), style)[0]?.fields).toMatchObject({
    source_addr_ton: 0,
    source_addr_npi: 9,
    dest_addr_ton: 2,
    dest_addr_npi: 8,
    validity_period: '',
    protocol_id: 1,
  });
  const now = new Date('2026-12-31T23:30:05Z');
  expect(submits(claim({}), { validity: 'absolute' }, now)[0]?.fields.validity_period).toBe('270101003005000+');
  expect(absoluteTime(0, now)).toBe('261231233105000+');
});

test('octets for a SIM have the data_coding of the provider where the client gave none', () => {
  const push = { encoding: 'binary', body: '00ff1b', protocol_id: 0x7f } as const;
  expect(submits(claim(push), { ota_data_coding: 0x16 })[0]?.fields.data_coding).toBe(0x16);
  expect(submits(claim({ ...push, data_coding: 0xf6 }), { ota_data_coding: 0x16 })[0]?.fields.data_coding).toBe(0xf6);
});
