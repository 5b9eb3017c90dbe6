import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toCsvRecord } from './csv.ts';

/** RFC 4180, 2: one record. */
const parse = (record: string): string[] => {
  const fields: string[] = [];
  for (const [, quoted, plain] of record.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r\n$)/g))
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  return fields;
};

test('fields with commas, quotes or line breaks are quoted, and a record ends with CRLF', () => {
  expect(toCsvRecord(['a,b', 'say "hi"', 'two\r\nlines', 'plain', 7, null])).toBe(
    '"a,b","say ""hi""","two\r\nlines",plain,7,\r\n',
  );
});

test.each(['=1+1', '+49', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
  'text that a spreadsheet would compute is not: %j',
  (text) => {
    expect(parse(toCsvRecord([text, 'end']))[0]).toBe(`'${text}`);
  },
);

test('numbers stay numbers, also below zero', () => {
  expect(toCsvRecord([-5, 0, 12])).toBe('-5,0,12\r\n');
});

test('what is read is what was written, but for the apostrophe, and no field begins a formula', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', '=', '-', '@', '+', '"', ',', '\r', '\n', '\t', "'", 'é') }), {
        minLength: 1,
      }),
      (fields) => {
        const read = parse(toCsvRecord(fields));
        expect(read.map((field) => field.replace(/^'(?=[=+\-@\t\r])/, ''))).toEqual(
          fields.map((field) => field.replace(/^'(?=[=+\-@\t\r])/, '')),
        );
        for (const field of read) expect(field).not.toMatch(/^[=+\-@\t\r]/);
      },
    ),
  );
});
