import { expect, test } from 'vitest';
import { inboundReceived } from '../../test/support/mobile-originated.ts';
import { answersAmong } from './answers-among.ts';
import { sortInbound } from './sort-inbound.ts';

const packet = '000e0ab0001000000000010000016e00';
const wholeOf = (udh_hex: string, data_hex: string) =>
  sortInbound([inboundReceived({ udh_hex, data_hex, esm_class: udh_hex === '' ? 0 : 0x40 })]).whole;

test('what a card answers is told from what people write, with its header and without', () => {
  const stop = Buffer.from('STOP').toString('hex');
  const given = [wholeOf('027100', packet), wholeOf('', packet), wholeOf('', stop), wholeOf('', '')].flat();
  expect(answersAmong(given)).toEqual([given[0]?.id, given[1]?.id]);
});

test('an answer in parts is known by its header once it is put together', () => {
  const [one] = wholeOf('', packet);
  const [content] = one?.parts ?? [];
  if (!one || !content) throw new Error('It is a part');
  const parts = [
    { ...content, udh_hex: '0700030702017100', data_hex: packet.slice(0, 16) },
    { ...content, udh_hex: '050003070202', data_hex: packet.slice(16) },
  ];
  expect(answersAmong([{ ...one, total: 2, is_assembled: true, parts }])).toEqual([one.id]);
});
