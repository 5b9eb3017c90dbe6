import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CdrLine, cdrColumns, cdrHeader, toCdrRecord } from './cdr-line.ts';

const line: CdrLine = {
  submitted_at: '2026-11-21T08:15:00.123Z',
  provider: 'carrier',
  system_id: 'acme',
  client_id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf1',
  message_id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
  part: 1,
  parts: 2,
  attempt: 1,
  smsc_message_id: '0a1b',
  source_addr: 'Shop, Ltd',
  destination_addr: '491700000001',
  country: 'DE',
  tariff_prefix: '49',
  encoding: 'gsm7',
  data_coding: null,
  part_state: 'DELIVERED',
  receipt_state: 'DELIVERED',
  receipt_error: '000',
  receipted_at: '2026-11-21T08:15:03.456Z',
  cost_micros: 6_500,
  price_cents: 7,
  captured_cents: 7,
  possible_duplicate: false,
};

/** RFC 4180, 2: one record without its line break. */
const parse = (record: string): string[] =>
  [...record.replace(/\r\n$/, ',').matchAll(/(?:"((?:[^"]|"")*)"|([^",]*)),/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );

test('the header names every column once, and a line has a field for each', () => {
  expect(new Set(cdrColumns)).toEqual(new Set(Object.keys(line)));
  expect(parse(cdrHeader)).toEqual([...cdrColumns]);
  expect(toCdrRecord(line)).toBe(
    '2026-11-21T08:15:00.123Z,carrier,acme,01a1fd77-b35a-7034-ac02-ae2ff88bcaf1,01a1fd77-b35a-7034-ac02-ae2ff88bcaf3,' +
      '1,2,1,0a1b,"Shop, Ltd",491700000001,DE,49,gsm7,,DELIVERED,DELIVERED,000,2026-11-21T08:15:03.456Z,6500,7,7,false\r\n',
  );
});

test('whatever an SMSC or a client writes, a part is one line with its fields, and none is a formula', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...Array.from('=+-@\t\r\n",;\'a1é€\u0085\u2028\u{1F600}')) });
  const free = ['smsc_message_id', 'source_addr', 'receipt_error', 'system_id'] as const;
  fc.assert(
    fc.property(
      fc.record({ smsc_message_id: hostile, source_addr: hostile, receipt_error: hostile, system_id: hostile }),
      (given) => {
        const record = toCdrRecord({ ...line, ...given });
        expect(record.endsWith('\r\n')).toBe(true);
        expect(record.slice(0, -2)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        const fields = parse(record);
        expect(fields).toHaveLength(cdrColumns.length);
        for (const name of free) {
          const read = fields[cdrColumns.indexOf(name)] ?? '';
          expect(read).not.toMatch(/^[=+\-@]/);
          expect(read.replace(/^'(?=[=+\-@])/, '')).toBe(
            given[name].replaceAll(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD').replace(/^'(?=[=+\-@])/, ''),
          );
        }
      },
    ),
  );
});
