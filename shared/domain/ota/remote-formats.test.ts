import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Apdu, parseApdu } from './apdu.ts';
import { buildCompact, parseCompact } from './compact-format.ts';
import { buildExpanded, parseExpanded } from './expanded-format.ts';
import { OtaError } from './ota-error.ts';
import { recognizeResponse } from './recognize-response.ts';
import { explainStatusWord } from './status-words.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const apdu = (text: string): Apdu => {
  const parsed = parseApdu(text);
  if (parsed.outcome === 'refused') throw new Error(parsed.reason);
  return parsed.apdu;
};

describe('an APDU', () => {
  test.each([
    ['', /hexadecimal/],
    ['00a4000402 3f00', /hexadecimal/],
    ['00a', /hexadecimal/],
    ['zz', /hexadecimal/],
    ['00a40004', /five/],
    ['ffa40000023f00', /CLA FF/],
    ['0060000000', /INS/],
    ['0091000000', /INS/],
    ['00a4000402', /none follow/],
    ['00a40004023f', /1 follow/],
    ['00a40004023f0000aa', /4 follow/],
    ['00b000000001', /extended/],
  ])('%s is none', (text, reason) => {
    expect(parseApdu(text)).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(reason) });
  });
  test('is taken apart with its data and with what it expects', () => {
    expect(apdu('00A40004023F00')).toMatchObject({ instruction: 0xa4, data: hex('3f00'), expected: null });
    expect(apdu('00b0000010')).toMatchObject({ instruction: 0xb0, data: hex(''), expected: 16 });
    expect(apdu('80e2900002010200')).toMatchObject({ data: hex('0102'), expected: 0 });
  });
  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]*$/)), (text) => void parseApdu(text)));
  });
});

describe('the compact format', () => {
  test('is one APDU behind the other, none with an Le behind its data', () => {
    expect(buildCompact([apdu('a0a40000027f20'), apdu('a0c0000016')]).toString('hex')).toBe('a0a40000027f20a0c0000016');
    expect(() => buildCompact([apdu('00a40004023f0000')])).toThrow(
      expect.objectContaining({ reason: 'apdu.malformed' }),
    );
  });
  test('answers with a count, a status word and data', () => {
    expect(parseCompact(hex('0290000000ffff7f20'))).toMatchObject({
      executed: 2,
      results: [{ statusWord: '9000', data: hex('0000ffff7f20') }],
    });
    expect(parseCompact(hex('9000'))).toMatchObject({ executed: null, results: [{ statusWord: '9000' }] });
    expect(() => parseCompact(hex('01'))).toThrow(OtaError);
  });
});

describe('the expanded format', () => {
  test('is a template of commands, of definite or indefinite length', () => {
    const select = apdu('00a40004023f00');
    expect(buildExpanded([select]).toString('hex')).toBe('aa09220700a40004023f00');
    expect(buildExpanded([select], 'indefinite').toString('hex')).toBe('ae80220700a40004023f000000');
    const long = apdu(`00d60000c8${'5a'.repeat(200)}`);
    expect(buildExpanded([long]).toString('hex', 0, 6)).toBe('aa81d02281cd');
    expect(buildExpanded([long, long]).toString('hex', 0, 7)).toBe('aa8201a02281cd');
  });
  test('answers for each command', () => {
    expect(parseExpanded(hex('ab0780010123029000'))).toEqual({
      executed: 1,
      results: [{ statusWord: '9000', data: hex('') }],
      badFormat: null,
    });
    expect(parseExpanded(hex('af80230401026a82230290000000'))).toMatchObject({
      executed: null,
      results: [{ statusWord: '6a82', data: hex('0102') }, { statusWord: '9000' }],
    });
    expect(parseExpanded(hex('ab06800100900101'))).toEqual({ executed: 0, results: [], badFormat: 'unknown_tag' });
  });
  test.each(['', 'ab', 'ac00', 'ab05', 'ab0000', 'ab80', 'ab83000001', 'af80', 'ab03230190', 'ab028001'])(
    '%s is no answer',
    (text) => {
      expect(() => parseExpanded(hex(text))).toThrow(expect.objectContaining({ reason: 'answer.malformed' }));
    },
  );
});

test('no octets make a reader of answers throw anything but its own error', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.from([0xab, rest.length, ...rest])),
  );
  fc.assert(
    fc.property(hostile, fc.boolean(), (octets, hasHeader) => {
      expect(() => recognizeResponse(Buffer.from(octets), hasHeader)).not.toThrow();
      for (const parse of [parseCompact, parseExpanded])
        try {
          parse(Buffer.from(octets));
        } catch (error) {
          expect(error).toBeInstanceOf(OtaError);
        }
    }),
  );
});

describe('a response packet among inbound messages', () => {
  const packet = '000e0ab0001000000000010000016e00';
  test('is found by its header, and by its content where the UDHI bit was lost', () => {
    const tar = hex('b00010');
    expect(recognizeResponse(hex(`027100${packet}`), true)).toMatchObject({ packet: hex(packet), tar, by: 'header' });
    expect(recognizeResponse(hex(`027100${packet}`), false)).toMatchObject({ packet: hex(packet), tar, by: 'content' });
    expect(recognizeResponse(hex(packet), false)).toMatchObject({ packet: hex(packet), tar, by: 'content' });
  });
  test('is put together from parts, of which the first alone says what it is', () => {
    expect(recognizeResponse(hex(`0700032a0201710000${packet}`.slice(0, 40)), true)).toMatchObject({
      by: 'header',
      concatenation: { part: 1, total: 2 },
    });
    expect(recognizeResponse(hex('0500032a02026e00'), true)).toMatchObject({ tar: null, by: 'concatenation' });
  });
  test('is not seen in a text or in the first part of one', () => {
    for (const [text, hasHeader] of [
      ['68656c6c6f20776f726c642c2068656c6c6f', false],
      ['0500032a020168656c6c6f', true],
    ] as const)
      expect(recognizeResponse(hex(text), hasHeader)).toBeNull();
  });
});

test('every status word is said in words', () => {
  expect(explainStatusWord('9000')).toEqual({ outcome: 'ok', words: 'Done.' });
  expect(explainStatusWord('9123')).toEqual({
    outcome: 'ok',
    words: 'Done; a proactive command of 35 octets is pending.',
  });
  expect(explainStatusWord('63C2')).toEqual({ outcome: 'warning', words: 'Not verified; 2 tries are left.' });
  expect(explainStatusWord('6A82').outcome).toBe('error');
  expect(explainStatusWord('1234').outcome).toBe('error');
  const every = Array.from({ length: 0x10000 }, (_, word) => explainStatusWord(word.toString(16).padStart(4, '0')));
  expect(every.every(({ words }) => words !== '' && !words.includes('%'))).toBe(true);
});
