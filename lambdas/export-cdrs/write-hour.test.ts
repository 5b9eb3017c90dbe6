import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CdrLine, cdrHeader, toCdrRecord } from '#shared/domain/cdr/cdr-line.ts';
import { addSums } from '#shared/domain/cdr/cdr-manifest.ts';
import { createHourWriter, type WrittenObject } from './write-hour.ts';

const hour = new Date('2026-11-21T08:00:00Z');
const lineOf = (provider: string, part: number): CdrLine => ({
  ...{
    submitted_at: '2026-11-21T08:15:00.123Z',
    provider,
    system_id: 'acme',
    client_id: 'client',
    message_id: 'message',
  },
  ...{
    part,
    parts: 255,
    attempt: 1,
    smsc_message_id: `${part}`,
    source_addr: 'Shop',
    destination_addr: '491700000001',
  },
  ...{ country: 'DE', tariff_prefix: '49', encoding: 'gsm7', data_coding: null, part_state: 'SENT' },
  ...{ receipt_state: null, receipt_error: null, receipted_at: null, cost_micros: part % 2 ? 6_500 : null },
  ...{ price_cents: 7, captured_cents: 0, possible_duplicate: false },
});

const write = async (pages: readonly (readonly CdrLine[])[], mostLines: number): Promise<WrittenObject[]> => {
  const writer = createHourWriter(hour, mostLines);
  const written: WrittenObject[] = [];
  for (const page of pages) written.push(...(await writer.add(page)));
  return [...written, ...(await writer.end())].sort((a, b) => (a.object.key < b.object.key ? -1 : 1));
};

test('lines are in the objects of their provider, in their order, and none is fuller than it may be', async () => {
  const lines = ['b', 'a', 'b', 'b'].map(lineOf);
  const written = await write([lines], 2);
  expect(written.map(({ object: { key, lines: count, cost_micros } }) => [key, count, cost_micros])).toEqual([
    ['cdr/provider=a/date=2026-11-21/hour=08/part-00000.csv.gz', 1, 6_500],
    ['cdr/provider=b/date=2026-11-21/hour=08/part-00000.csv.gz', 2, 0],
    ['cdr/provider=b/date=2026-11-21/hour=08/part-00001.csv.gz', 1, 6_500],
  ]);
  expect(gunzipSync(written[1]?.body ?? '').toString('utf8')).toBe(
    cdrHeader + toCdrRecord(lineOf('b', 0)) + toCdrRecord(lineOf('b', 2)),
  );
});

test('the octets tell neither when nor where they were written', async () => {
  const [written] = await write([[lineOf('a', 1)]], 2);
  // RFC 1952, 2.3: magic, deflate, no flags, no time, no extra flags, unknown system.
  expect(written?.body.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
});

test('however the lines come in pages, the objects are the same and hold each line once', async () => {
  const providers = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      providers,
      fc.array(fc.nat(40)),
      fc.integer({ min: 1, max: 5 }),
      async (names, cuts, mostLines) => {
        const lines = names.map(lineOf);
        const marks = [0, ...cuts.filter((cut) => cut < lines.length).sort((a, b) => a - b), lines.length];
        const pages = marks.slice(1).map((mark, i) => lines.slice(marks[i], mark));
        const written = await write(pages, mostLines);
        expect(written).toEqual(await write([lines], mostLines));
        expect(addSums(written.map(({ object }) => object))).toMatchObject({ lines: lines.length });
        for (const { object } of written) expect(object.lines).toBeLessThanOrEqual(mostLines);
      },
    ),
    { numRuns: 30 },
  );
});
