import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SubmitMessage } from '#shared/contracts/messages.ts';
import { problems, type Refusal } from '#shared/contracts/problems.ts';
import { apiRequest } from '../../../test/support/api-request.ts';
import type { ApiRequest } from '../api-request.ts';
import { readBody, readKey } from '../read-body.ts';
import { type SubmitContext, toNewMessage } from './read-submission.ts';

const context: SubmitContext = {
  now: new Date('2026-11-21T08:00:00Z'),
  newId: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
  clientId: 'client',
  isTest: false,
  correlationId: 'request-1',
  exemptOrigins: [],
  nationalLanguages: [],
};

/** As POST /v1/messages reads it. */
const readText = (body: string | null, headers: ApiRequest['headers'] = {}) => {
  const request = apiRequest({ body, headers });
  const read = readBody(request, SubmitMessage);
  if (read.outcome === 'refused') return read;
  const keyed = readKey(request, 'submitMessage', read.value);
  return keyed.outcome === 'refused' ? keyed : toNewMessage(read.value, context);
};
const read = (body: unknown, headers?: ApiRequest['headers']) => readText(JSON.stringify(body), headers);
const good = { to: '+491700000001', text: 'hello' };
const octets = { to: good.to, data_hex: '00FF' };

const refusal = (said: ReturnType<typeof read>) =>
  said.outcome === 'refused' ? { code: said.code, paths: said.errors?.map(({ path }) => path) } : said;

test('what is left out has its default', () => {
  expect(read(good)).toEqual({
    outcome: 'message',
    told: { notGsm7: null, transliterated: null },
    message: {
      id: context.newId,
      client_id: 'client',
      recipient: '491700000001',
      country: 'DE',
      sender: null,
      body: 'hello',
      encoding: 'gsm7',
      locking_shift: null,
      single_shift: null,
      parts: 1,
      data_coding: null,
      protocol_id: null,
      udh_hex: null,
      priority: 'normal',
      send_at: null,
      validity_seconds: 172_800,
      callback_url: null,
      reference: null,
      metadata: null,
      is_test: false,
      correlation_id: 'request-1',
    },
  });
});

test('what is given is kept; a time is told in UTC', () => {
  const given = { priority: 'high', reference: 'order 1', metadata: { order: '1', 'cost centre': 'ü' } } as const;
  expect(read({ ...good, ...given, send_at: '2026-11-21T10:00:30+01:00', validity_seconds: 60 })).toMatchObject({
    message: { ...given, send_at: '2026-11-21T09:00:30.000Z', validity_seconds: 60 },
  });
});

test.each([
  ['hello', 'gsm7', 1],
  ['x'.repeat(160), 'gsm7', 1],
  ['x'.repeat(161), 'gsm7', 2],
  ['grüß €', 'gsm7', 1],
  ['x'.repeat(70).concat('ж'), 'ucs2', 2],
])('%s is %s in %i parts', (text, encoding, parts) => {
  expect(read({ ...good, text })).toMatchObject({ message: { encoding, parts } });
});

describe('a text outside GSM 7-bit', () => {
  const hindi = { ...good, text: 'नमस्ते, आपका ऑर्डर भेज दिया गया है। '.repeat(3) };
  const readAs = (nationalLanguages: SubmitContext['nationalLanguages'], body: object) =>
    toNewMessage(SubmitMessage.parse(body), { ...context, nationalLanguages });

  test('is written in the tables of a language that the client has, where that takes fewer parts', () => {
    expect(readAs([], hindi)).toMatchObject({ message: { encoding: 'ucs2', parts: 2, locking_shift: null } });
    expect(readAs(['tr', 'hi'], hindi)).toMatchObject({
      message: { encoding: 'gsm7', parts: 1, locking_shift: 6, single_shift: 6, body: hindi.text },
      told: { notGsm7: 'न' },
    });
    expect(readAs(['hi'], { ...hindi, encoding: 'ucs2' })).toMatchObject({ message: { encoding: 'ucs2' } });
    expect(readAs(['hi'], { ...hindi, encoding: 'gsm7' })).toMatchObject({ message: { encoding: 'gsm7' } });
  });

  test('is spelt in it when that is asked for, and the answer says how', () => {
    const quoted = { ...good, text: '“Łódź”, “Łódź”' };
    expect(readAs([], quoted)).toMatchObject({ message: { encoding: 'ucs2', body: quoted.text } });
    const changes = [
      { from: '“', to: '"', times: 2 },
      { from: 'Ł', to: 'L', times: 2 },
      { from: 'ó', to: 'o', times: 2 },
      { from: 'ź', to: 'z', times: 2 },
      { from: '”', to: '"', times: 2 },
    ];
    for (const encoding of ['auto', 'gsm7'])
      expect(readAs([], { ...quoted, transliterate: true, encoding })).toMatchObject({
        message: { encoding: 'gsm7', parts: 1, body: '"Lodz", "Lodz"' },
        told: { transliterated: { characters: 10, changes } },
      });
  });

  test('is left alone when it cannot be spelt so, when UCS-2 is asked for, and when a national table does as well', () => {
    const asked = { ...good, transliterate: true };
    for (const text of ['Łódź 中', '\u200b', 'Grüße'])
      expect(readAs([], { ...asked, text })).toMatchObject({ message: { body: text }, told: { transliterated: null } });
    expect(readAs([], { ...asked, text: 'ç', encoding: 'ucs2' })).toMatchObject({ message: { body: 'ç' } });
    const turkish = 'ışık '.repeat(20);
    expect(readAs(['tr'], { ...asked, text: turkish })).toMatchObject({
      message: { body: turkish, encoding: 'gsm7', parts: 1 },
    });
  });
});

describe('octets', () => {
  test('are binary: unspecified octets without a header unless told otherwise', () => {
    expect(read(octets)).toMatchObject({
      message: { encoding: 'binary', parts: 1, body: '00ff', data_coding: 4, protocol_id: 0, udh_hex: null },
    });
    const sim = { data_coding: 0xf6, protocol_id: 0x7f, udh_hex: '027000' };
    expect(read({ ...octets, ...sim })).toMatchObject({ message: { parts: 1, ...sim } });
  });

  test.each([
    [140, '', 1],
    [141, '', 2],
    [137, '027000', 1],
    [138, '027000', 2],
    [262, '027000', 2],
    [263, '027000', 3],
  ])('%i of them behind the header "%s" take %i parts', (count, udh_hex, parts) => {
    const data_hex = 'a5'.repeat(count);
    const header = udh_hex === '' ? {} : { udh_hex };
    expect(read({ to: good.to, data_hex, ...header })).toMatchObject({ message: { parts } });
    expect(refusal(read({ to: good.to, data_hex, ...header, max_parts: parts - 1 || 1 }))).toMatchObject(
      parts === 1 ? { outcome: 'message' } : { code: 'message.too_long', paths: ['data_hex'] },
    );
  });

  test.each<[string, object, string[]]>([
    ['with a text', { ...octets, text: 'x' }, ['data_hex']],
    ['that are no hexadecimal', { ...octets, data_hex: 'xyz' }, ['data_hex']],
    ['with half an octet', { ...octets, data_hex: '0' }, ['data_hex']],
    ['that are none', { ...octets, data_hex: '' }, ['data_hex']],
    ['with more of them than a row holds', { ...octets, data_hex: '00'.repeat(30_001) }, ['data_hex']],
    ['with a header that is longer than it says', { ...octets, udh_hex: '0270' }, ['udh_hex']],
    ['with a header that ends within an element', { ...octets, udh_hex: '03700500' }, ['udh_hex']],
    ['with a data_coding of nine bits', { ...octets, data_coding: 256 }, ['data_coding']],
    ['whose header belongs to a text', { ...good, udh_hex: '027000', protocol_id: 1 }, ['udh_hex', 'protocol_id']],
  ])('are refused: %s', (_name, body, paths) => {
    expect(refusal(read(body))).toEqual({ code: 'request.invalid', paths });
  });

  test('that number their parts themselves fit one part, or are refused', () => {
    const numbered = { to: good.to, udh_hex: '0500031a0201' };
    expect(read({ ...numbered, data_hex: '00'.repeat(134) })).toMatchObject({ message: { parts: 1 } });
    expect(refusal(read({ ...numbered, data_hex: '00'.repeat(135) }))).toEqual({
      code: 'request.invalid',
      paths: ['udh_hex'],
    });
  });
});

describe('a request that does not fit is refused, naming each path', () => {
  test.each<[string, object, string[]]>([
    ['nothing at all', {}, ['to']],
    ['no content', { to: good.to }, ['text']],
    ['an unknown field', { ...good, sms: 1 }, ['sms']],
    ['a number that is none', { ...good, to: '0170' }, ['to']],
    ['a number of no country', { ...good, to: '+9990000000' }, ['to']],
    ['an empty text', { ...good, text: '' }, ['text']],
    ['half of a surrogate pair', { ...good, text: '\ud83d' }, ['text']],
    ['a NUL', { ...good, text: 'a\0' }, ['text']],
    ['a text of 45,001 octets', { ...good, text: 'x'.repeat(45_001) }, ['text']],
    ['control characters in a sender', { ...good, from: 'Sig\nnal' }, ['from']],
    ['a sender of twelve letters', { ...good, from: 'abcdefghijkl' }, ['from']],
    ['a sender that ends with a space', { ...good, from: 'abc ' }, ['from']],
    ['an unknown priority', { ...good, priority: 'urgent' }, ['priority']],
    ['a validity of a second', { ...good, validity_seconds: 1 }, ['validity_seconds']],
    ['a time that is past', { ...good, send_at: '2026-11-20T08:00:00Z' }, ['send_at']],
    ['a time in two months', { ...good, send_at: '2027-01-20T08:00:00Z' }, ['send_at']],
    ['control characters in a reference', { ...good, reference: '\u0007' }, ['reference']],
    ['metadata that is no text', { ...good, metadata: { order: 1 } }, ['metadata.order']],
    ['control characters in metadata', { ...good, metadata: { order: '\n' } }, ['metadata.order']],
    [
      'metadata of 21 entries',
      { ...good, metadata: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`${i}`, ''])) },
      ['metadata'],
    ],
    ['more parts than there can be', { ...good, max_parts: 256 }, ['max_parts']],
    ['several at once', { to: 1, text: 2, max_parts: 0 }, ['to', 'text', 'max_parts']],
  ])('%s', (_name, body, paths) => {
    expect(refusal(read(body))).toEqual({ code: 'request.invalid', paths });
  });
});

test('a text in too many parts says how many, and what made it UCS-2', () => {
  const said = read({ ...good, text: 'ж'.repeat(200), max_parts: 2 });
  expect(said).toMatchObject({ code: 'message.too_long', errors: [{ path: 'text', message: 'needs 4 parts' }] });
  expect((said as Refusal).detail).toContain('U+0436');
  expect(read({ ...good, text: 'ж'.repeat(20_000), max_parts: 255 })).toMatchObject({ code: 'message.too_long' });
});

test('gsm7 asked for a text that is not says which character', () => {
  expect(read({ ...good, text: 'ok ж', encoding: 'gsm7' })).toMatchObject({ code: 'message.not_gsm7' });
});

test('a callback goes to a public https host only', () => {
  for (const callback_url of ['http://example.com/', 'https://127.0.0.1/', 'https://u:p@example.com/', 'ftp://x', 'x'])
    expect(refusal(read({ ...good, callback_url }))).toEqual({ code: 'callback.refused', paths: ['callback_url'] });
  expect(read({ ...good, callback_url: 'https://example.com/sms' }).outcome).toBe('message');
});

test('an idempotency key is visible ASCII of 1 to 255 characters', () => {
  expect(read(good, { 'idempotency-key': 'k'.repeat(255) }).outcome).toBe('message');
  for (const key of ['', 'a b', 'k'.repeat(256), 'ü'])
    expect(refusal(read(good, { 'idempotency-key': key }))).toMatchObject({ code: 'idempotency.invalid' });
});

test('a body that is no JSON is malformed, so is one that nests too deep, and one over 256 KiB too large', () => {
  expect(refusal(readText('{"to":'))).toMatchObject({ code: 'body.malformed' });
  expect(refusal(readText(null))).toMatchObject({ code: 'body.malformed' });
  expect(refusal(readText('['.repeat(100_000)))).toMatchObject({ code: 'body.malformed' });
  const large = JSON.stringify({ ...good, text: 'x'.repeat(262_144) });
  expect(refusal(readText(large))).toMatchObject({ code: 'body.too_large' });
});

test('no JSON makes it throw, and every refusal has a row in the table', () => {
  const field = fc.constantFrom(
    'to',
    'text',
    'from',
    'data_hex',
    'udh_hex',
    'send_at',
    'metadata',
    'max_parts',
    '__proto__',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.dictionary(field, fc.anything()).map((x) => JSON.stringify({ ...good, ...x }) ?? ''),
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify({ ...good, text })),
        fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 20 })).map(([data, udh]) => {
          const [data_hex, udh_hex] = [data, udh].map((some) => Buffer.from(some).toString('hex'));
          return JSON.stringify({ to: good.to, data_hex, udh_hex });
        }),
      ),
      (body) => {
        const said = readText(body);
        return said.outcome === 'message' || said.code in problems;
      },
    ),
  );
});
