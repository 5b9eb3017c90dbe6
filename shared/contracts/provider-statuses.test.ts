import { expect, test } from 'vitest';
import { ProviderStatuses, statusRules } from './provider-statuses.ts';

test('a status or a range of them means a class, with tries where they are given', () => {
  const statuses = ProviderStatuses.parse({
    '0x45': { means: 'transient', most_tries: 4 },
    '0x400-0x40F': 'permanent',
  });
  expect(statusRules(statuses)).toEqual([
    { from: 0x45, to: 0x45, means: 'transient', mostTries: 4 },
    { from: 0x400, to: 0x40f, means: 'permanent' },
  ]);
});

test.each<[object, RegExp]>([
  [{ '400': 'vendor' }, /no command_status/],
  [{ '0x0-0x5': 'vendor' }, /no refusal/],
  [{ '0x5-0x4': 'vendor' }, /ends before it begins/],
  [{ '0x4-0x8': 'vendor', '0x8': 'vendor' }, /named twice/],
  [{ '0x8': 'final' }, /Invalid/],
  [{ '0x8': { means: 'transient', most_tries: 0 } }, /Too small/],
  [Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`0x${(i + 1).toString(16)}`, 'vendor'])), /more than 200/],
])('%j is refused', (statuses, reason) => {
  const parsed = ProviderStatuses.safeParse(statuses);
  expect(parsed.error?.message).toMatch(reason);
});
