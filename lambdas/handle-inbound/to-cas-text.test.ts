import { expect, test } from 'vitest';
import { inboundReceived } from '../../test/support/mobile-originated.ts';
import { sortInbound } from './sort-inbound.ts';
import { toCasText } from './to-cas-text.ts';

const written = 'TV act 1234567897 sport';
const inbound = ({ text = written, ...given }: { readonly text?: string; readonly source_addr?: string }) => {
  const data_hex = Buffer.from(text).toString('hex');
  const [whole] = sortInbound([inboundReceived({ destination_addr: '+12345', data_hex, ...given })]).whole;
  if (!whole) throw new Error('It is a part');
  return whole;
};

test('a text is kept as it came, and without the word that says whose it is', () => {
  expect(toCasText(inbound({}))).toMatchObject({
    sender: '491700000001',
    recipient: '12345',
    keyword: 'TV',
    message: 'TV act 1234567897 sport',
    message_without_keyword: 'ACT 1234567897 SPORT',
  });
});

test('two ways of writing a text have one hash', () => {
  const hashes = ['tv ACT 1234567897 Sport!', ' TV act 1234567897 sport'].map(
    (text) => toCasText(inbound({ text }))?.text_hash,
  );
  expect(hashes[0]).toBe(hashes[1]);
});

test('what has no text, or comes from no telephone, is no request', () => {
  const octets = sortInbound([inboundReceived({ data_coding: 4, data_hex: 'ff00' })]).whole;
  expect(octets.map(toCasText)).toEqual([null]);
  expect(toCasText(inbound({ source_addr: 'Bank' }))).toBeNull();
});
