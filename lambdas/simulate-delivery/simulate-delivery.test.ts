import { expect, test } from 'vitest';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { simulateDelivery } from './simulate-delivery.ts';

const now = new Date('2026-11-21T08:00:00Z');
const claim = (recipient: string, parts = 1) =>
  ({
    message_id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
    attempt: 1,
    recipient,
    part_numbers: Array.from({ length: parts }, (_, i) => i + 1),
  }) as unknown as Claim;
const types = (recipient: string, parts = 1) =>
  simulateDelivery([claim(recipient, parts)], now).flatMap(({ outcomes }) => outcomes.map(({ type }) => type));

test.each([
  ['491700000009', ['PartSubmitted', 'ReceiptReceived']],
  ['491700000001', ['PartRefused']],
  ['491700000002', ['PartSubmitted', 'ReceiptReceived']],
  ['491700000005', ['PartSubmitted']],
])('a destination ending as %s is told of as an SMSC would', (recipient, expected) => {
  expect(types(recipient)).toEqual(expected);
});

test('a repeated claim is told of with the same ids, so that it settles once', () => {
  const once = simulateDelivery([claim('491700000009')], now);
  expect(simulateDelivery([claim('491700000009')], now)).toEqual(once);
});

test('every report fits its schema, however many parts there are', () => {
  const claims = Array.from({ length: 10 }, () => claim('491700000009', 255));
  const reports = simulateDelivery(claims, now);
  expect(reports.map((report) => OutcomesReported.safeParse(report).success)).not.toContain(false);
  expect(reports.flatMap(({ outcomes }) => outcomes)).toHaveLength(10 * 255 * 2);
});

test('nothing claimed is nothing reported', () => {
  expect(simulateDelivery([], now)).toEqual([]);
});
