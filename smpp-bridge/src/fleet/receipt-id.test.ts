import { expect, test } from 'vitest';
import { receiptIdIn } from './receipt-id.ts';

test.each([
  ['decimal', '1000000000000001', '38d7ea4c68001'],
  ['hexadecimal', '38D7EA4C68001', '1000000000000001'],
  ['hexadecimal', '00ff', '255'],
  ['decimal', 'a-b', 'a-b'],
  ['auto', '255', '255'],
  ['same', '00FF', '00FF'],
] as const)('receipts in %s: %s is %s in the responses', (format, id, inResponse) => {
  expect(receiptIdIn(format, id)).toBe(inResponse);
});
