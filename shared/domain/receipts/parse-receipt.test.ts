import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Delivered, parseReceipt } from './parse-receipt.ts';

const usual =
  'id:0123456789 sub:001 dlvrd:001 submit date:2611210842 done date:2611210843 stat:DELIVRD err:000 text:Hello';
const delivered = (text: string | Buffer, more: Partial<Delivered> = {}): Delivered => ({
  esmClass: 0x04,
  shortMessage: Buffer.from(text),
  dataCoding: 0,
  ...more,
});
const parse = (text: string | Buffer, more?: Partial<Delivered>) => parseReceipt(delivered(text, more));
const good = { kind: 'receipt', final: true, messageId: '0123456789', state: 'DELIVERED', errorCode: '000' };

describe('what a receipt is', () => {
  test('esm_class alone makes it one', () => {
    expect(parse(usual)).toEqual(good);
    expect(
      parse(usual, {
        esmClass: 0x44,
        shortMessage: Buffer.concat([Buffer.from('050003010101', 'hex'), Buffer.from(usual)]),
      }),
    ).toEqual(good);
  });
  test('a message that looks like a receipt is a message', () => {
    for (const esmClass of [0x00, 0x01, 0x40, 0x03])
      expect(parse(usual, { esmClass, receiptedMessageId: '1', messageState: 2 })).toEqual({ kind: 'message' });
  });
  test('an acknowledgement of the recipient is no receipt', () => {
    for (const esmClass of [0x08, 0x10]) expect(parse(usual, { esmClass })).toEqual({ kind: 'acknowledgement' });
  });
  test('an intermediate notification ends nothing, whatever it says', () => {
    expect(parse(usual, { esmClass: 0x20 })).toEqual({ ...good, final: false });
  });
});

describe('the text', () => {
  test.each([
    [
      'keys in capitals',
      'ID:0123456789 SUB:001 DLVRD:001 SUBMIT DATE:2611210842 DONE DATE:2611210843 STAT:delivrd ERR:000 TEXT:x',
    ],
    ['keys in another order', 'stat:DELIVRD err:000 done date:2611210843 id:0123456789'],
    ['spaces behind the colons', 'id: 0123456789 sub: 001 submit date: 2611210842 stat: DELIVRD err: 000 text: x'],
    ['dates of 12 digits', 'id:0123456789 submit date:261121084200 done date:261121084301 stat:DELIVRD err:000'],
    ['dates of 14 digits', 'id:0123456789 submit date:20261121084200 done date:20261121084301 stat:DELIVRD err:000'],
    ['dates that are none', 'id:0123456789 submit date:Nov 21 08:42 done date: stat:DELIVRD err:000 text:'],
    ['dates with an underscore', 'id:0123456789 submit_date:2611210842 done_date:2611210843 stat:DELIVRD err:000'],
    ['nothing but what is needed', 'id:0123456789 stat:DELIVRD err:000'],
    ['trailing NULs', `id:0123456789 stat:DELIVRD err:000\0\0`],
    ['an id quoted in the text', `${usual} id:666 stat:REJECTD err:999`],
    ['the text first', `text:hi id:666 stat:REJECTD and id:0123456789 sub:001 stat:DELIVRD err:000`],
    ['lines instead of spaces', 'id:0123456789\r\nstat:DELIVRD\nerr:000'],
  ])('is read with %s', (_, text) => {
    expect(parse(text)).toEqual(good);
  });
  test('is read under data coding 8, as ASCII and as UTF-16', () => {
    expect(parse(usual, { dataCoding: 8 })).toEqual(good);
    expect(parse(Buffer.from(usual, 'utf16le').swap16(), { dataCoding: 8 })).toEqual(good);
  });
  test('is read from message_payload when short_message is empty', () => {
    expect(parse('', { messagePayload: Buffer.from(usual) })).toEqual(good);
  });
  test.each([
    ['DELIVRD', 'DELIVERED', true],
    ['EXPIRED', 'EXPIRED', true],
    ['DELETED', 'DELETED', true],
    ['UNDELIV', 'UNDELIVERABLE', true],
    ['ACCEPTD', 'ACCEPTED', false],
    ['UNKNOWN', 'UNKNOWN', true],
    ['REJECTD', 'REJECTED', true],
    ['ENROUTE', 'ENROUTE', false],
    ['ACKED', 'ACCEPTED', false],
    ['BUFFRED', 'ENROUTE', false],
    ['BUFFERD', 'ENROUTE', false],
    ['FAILED', 'UNDELIVERABLE', true],
  ])('stat:%s means %s, final: %s', (stat, state, final) => {
    expect(parse(`id:1 stat:${stat}`)).toEqual({ kind: 'receipt', messageId: '1', state, final, errorCode: null });
  });
  test('ids have up to 64 characters', () => {
    const id = 'aZ09._-x'.repeat(8);
    expect(parse(`id:${id} stat:DELIVRD`)).toMatchObject({ messageId: id });
    expect(parse(`id:${id}y stat:DELIVRD`)).toEqual({ kind: 'unreadable-receipt', reason: 'no-message-id' });
  });
  test('a code of letters is kept, one that is no code is not', () => {
    expect(parse('id:1 stat:UNDELIV err:0A1b')).toMatchObject({ errorCode: '0A1b' });
    expect(parse('id:1 stat:UNDELIV err:<none>')).toMatchObject({ errorCode: null });
  });
});

describe('TLVs', () => {
  test('win over the text', () => {
    const tlvs = { receiptedMessageId: 'ABC\0', messageState: 5, networkErrorCode: Buffer.from([3, 1, 2]) };
    expect(parse(usual, tlvs)).toEqual({
      kind: 'receipt',
      final: true,
      messageId: 'ABC',
      state: 'UNDELIVERABLE',
      errorCode: '3/258',
    });
  });
  test('are enough without a text', () => {
    expect(parse('', { receiptedMessageId: 'ABC', messageState: 2 })).toMatchObject({
      messageId: 'ABC',
      state: 'DELIVERED',
      errorCode: null,
    });
  });
  test('that cannot be used leave it to the text', () => {
    expect(parse(usual, { receiptedMessageId: '', messageState: 99, networkErrorCode: Buffer.from([3]) })).toEqual(
      good,
    );
  });
});

describe('what cannot be read', () => {
  test('is told apart', () => {
    expect(parse('stat:DELIVRD')).toEqual({ kind: 'unreadable-receipt', reason: 'no-message-id' });
    expect(parse('id: stat:DELIVRD')).toEqual({ kind: 'unreadable-receipt', reason: 'no-message-id' });
    expect(parse('id:1 stat:')).toEqual({ kind: 'unreadable-receipt', reason: 'no-state' });
    expect(parse('id:1 stat:constructor')).toEqual({ kind: 'unreadable-receipt', reason: 'unknown-state' });
  });
  test('no octets make it throw, and an id is always usable', () => {
    const chunk = fc.oneof(
      fc
        .constantFrom('id:', 'stat:', 'DELIVRD', 'text:', 'err:', ' ', '\0', ':', 'submit date:')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets)),
    );
    const body = fc.array(chunk, { maxLength: 12 }).map((chunks) => Buffer.concat(chunks));
    fc.assert(
      fc.property(
        fc.nat(255),
        body,
        body,
        fc.nat(255),
        fc.string(),
        fc.nat(10),
        (esmClass, shortMessage, messagePayload, dataCoding, receiptedMessageId, messageState) => {
          const parsed = parseReceipt({
            esmClass,
            shortMessage,
            messagePayload,
            dataCoding,
            receiptedMessageId,
            messageState,
            networkErrorCode: shortMessage,
          });
          if (parsed.kind === 'receipt') expect(parsed.messageId).toMatch(/^[\x21-\x7e]{1,64}$/);
        },
      ),
    );
  });
});
