import { expect, test } from 'vitest';
import { statusTable } from './pdu/command-status.ts';
import { ProviderStatuses } from './provider-statuses.ts';

const parse = (value: unknown) => ProviderStatuses.safeParse(JSON.stringify(value));
const reason = (text: string) => ProviderStatuses.safeParse(text).error?.issues.map(({ message }) => message);

test('a status, or a range of them, is given a class, and how often it is tried', () => {
  const parsed = parse({ '0x400-0x40F': 'permanent', '0x45': { means: 'transient', mostTries: 4 } });
  const statusOf = statusTable(parsed.data);
  expect(statusOf(0x40f).means).toBe('permanent');
  expect(statusOf(0x45)).toMatchObject({ means: 'transient', mostTries: 4 });
  expect(statusOf(0x410).means).toBe('vendor');
  expect(parse({}).data).toEqual([]);
});

test.each([
  ['{', 'it is not JSON'],
  ['[]', 'it is no JSON object'],
  ['{"1024":"permanent"}', '"1024" is no command_status such as 0x400 or 0x400-0x40F'],
  ['{"0x0-0x4":"permanent"}', '"0x0-0x4" has 0x0 in it, which is no refusal'],
  ['{"0x40F-0x400":"permanent"}', '"0x40F-0x400" ends before it begins'],
  ['{"0x400-0x40F":"permanent","0x40F":"transient"}', '0x40f is named twice'],
  [
    '{"0x400":"fatal"}',
    '"0x400" is to mean one of throttle, transient, session, permanent, vendor, or {"means": one of them, "mostTries": 1 to 10}',
  ],
])('%s is refused in a sentence', (text, sentence) => {
  expect(reason(text)).toEqual([sentence]);
});
