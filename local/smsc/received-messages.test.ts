import { expect, test } from 'vitest';
import { createRecords, findDuplicates, reassemble, type SubmitRecord } from './received-messages.ts';

let lastId = 0;
const record = (text: string, more: Partial<SubmitRecord> = {}): SubmitRecord => ({
  time: '2026-11-21T08:42:00.000Z',
  session: 1,
  command: 'submit_sm',
  sequence_number: 1,
  service_type: '',
  source_addr_ton: 5,
  source_addr_npi: 0,
  source: 'Signalbox',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination: '491701234567',
  esm_class: 0,
  protocol_id: 0,
  priority_flag: 0,
  schedule_delivery_time: '',
  validity_period: '',
  registered_delivery: 1,
  data_coding: 0,
  udh_hex: '',
  data_hex: Buffer.from(text).toString('hex'),
  part: null,
  text,
  command_status: 0,
  message_id: String(++lastId),
  receipt_id: null,
  ...more,
});
const part = (text: string, number: number, total: number, reference = 7): SubmitRecord =>
  record(text, { part: { reference, reference_bits: 16, number, total } });

test('parts in any order make one message', () => {
  const records = [part('c', 3, 3), record('alone'), part('a', 1, 3), part('b', 2, 3)];
  expect(reassemble(records)).toMatchObject([
    { text: 'abc', complete: true, parts: [1, 2, 3], total: 3, duplicate_parts: 0 },
    { text: 'alone', complete: true, parts: [1], total: 1 },
  ]);
});
test('a message that lacks a part says so', () => {
  expect(reassemble([part('b', 2, 2)])).toMatchObject([{ text: 'b', complete: false, parts: [2], total: 2 }]);
});
test('references, destinations and a reference used again keep messages apart', () => {
  const elsewhere = { ...part('z', 1, 2), destination: '491700000000' };
  const records = [part('a', 1, 2), part('x', 1, 2, 8), elsewhere, part('b', 2, 2), part('A', 1, 2), part('B', 2, 2)];
  expect(reassemble(records).map(({ text }) => text)).toEqual(['ab', 'x', 'z', 'AB']);
});
test('a part that came again is counted, not shown', () => {
  const records = [part('a', 1, 2), part('b', 2, 2), part('a', 1, 2)];
  expect(reassemble(records)).toMatchObject([{ text: 'ab', duplicate_parts: 1 }]);
});
test('what was refused is no message and no duplicate', () => {
  const refused = record('a', { command_status: 0x58, message_id: null });
  expect(reassemble([refused])).toEqual([]);
  expect(findDuplicates([refused, record('a')])).toEqual([]);
});
test('the same words to the same destination as the same part are duplicates, under whatever reference', () => {
  const records = [part('a', 1, 2, 7), part('a', 1, 2, 8), part('a', 2, 2, 8), record('a'), record('b'), record('b')];
  expect(findDuplicates(records)).toMatchObject([
    { text: 'a', part: 1, times: 2 },
    { text: 'b', part: 1, times: 2 },
  ]);
});
test('only the last records are kept', () => {
  const records = createRecords(100);
  for (let n = 0; n < 1_000; n += 1) records.add(record(String(n)));
  expect(records.all().map(({ text }) => text)).toEqual(Array.from({ length: 100 }, (_, n) => String(900 + n)));
  records.clear();
  expect(records.all()).toEqual([]);
});
