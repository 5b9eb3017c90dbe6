import assert from 'node:assert/strict';
import { parseReceipt } from '#shared/domain/receipts/parse-receipt.ts';
import { readReceiptText } from '#shared/domain/receipts/receipt-text.ts';
import { identify, rankMatch } from '#shared/domain/receipts/smsc-message-id.ts';
import type { FuzzTarget } from './fuzz-target.ts';

/** No text makes it throw, and an id that comes out of one can be looked up. */
export const receiptTarget: FuzzTarget = {
  name: 'receipt',
  probe: (octets) => {
    const parsed = parseReceipt({ esmClass: 0x04, shortMessage: octets, dataCoding: 0 });
    const { id, stat, err } = readReceiptText(octets);
    const found = [id, stat, err].map((value) => (value === undefined ? '-' : '+')).join('');
    if (parsed.kind !== 'receipt')
      return `${parsed.kind === 'unreadable-receipt' ? parsed.reason : parsed.kind} ${found}`;
    assert.match(parsed.messageId, /^[\x21-\x7e]{1,64}$/);
    assert.match(parsed.errorCode ?? '', /^[0-9A-Za-z/-]{0,16}$/);
    assert.equal(rankMatch(identify(parsed.messageId), identify(parsed.messageId)), 3);
    return `${parsed.state} ${parsed.final} ${found}`;
  },
};
