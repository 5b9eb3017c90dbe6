import { expect, test } from 'vitest';
import { commandStatuses, commandStatusName, statusTable } from './command-status.ts';

test.each([
  ['throttle', [0x14, 0x58]],
  ['transient', [0x08, 0x45, 0x64, 0x67, 0xfe, 0xff]],
  ['session', [0x04, 0x05, 0x0d, 0x0e, 0x0f]],
  [
    'permanent',
    [0x01, 0x03, 0x06, 0x0b, 0x15, 0x33, 0x40, 0x44, 0x48, 0x51, 0x55, 0x62, 0x65, 0xc0, 0xc4, 0x100, 0x112],
  ],
  ['vendor', [0x400, 0x4ff, 0x99, 0x113, 0xffffffff]],
])('%s', (means, statuses) => {
  expect(statuses.map((status) => statusTable()(status).means)).toEqual(statuses.map(() => means));
});

test('every status has the name of the specification, and any other its number', () => {
  for (const [name, code] of Object.entries(commandStatuses)) expect(commandStatusName(code)).toBe(name);
  expect(commandStatusName(0x412)).toBe('0x00000412');
});

test('what submit_sm failed for without a reason, and what nobody knows, is worth one more try', () => {
  expect([0x45, 0x400, 0x08].map((status) => statusTable()(status).mostTries)).toEqual([2, 2, undefined]);
});

test("a provider's own rules come before the specification's, and only for what they name", () => {
  const statusOf = statusTable([
    { means: 'permanent', from: 0x400, to: 0x40f },
    { means: 'transient', from: 0x0b, to: 0x0b, mostTries: 3 },
  ]);
  expect(statusOf(0x40f).means).toBe('permanent');
  expect(statusOf(0x410).means).toBe('vendor');
  expect(statusOf(0x0b)).toMatchObject({ means: 'transient', mostTries: 3 });
  expect(statusOf(0x0a).means).toBe('permanent');
});
