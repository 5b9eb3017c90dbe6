import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UsageError } from './parse-command.ts';
import { readCsvFile } from './read-csv-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'signalbox-csv-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const format = {
  columns: ['iccid', 'msisdn', 'profile', 'version', 'kic_algorithm', 'kid_algorithm', 'kic', 'kid', 'counter'],
  required: ['iccid', 'version', 'kic_algorithm', 'kid_algorithm'],
  numbers: ['version', 'counter'],
  defaults: { profile: 'standard' },
};

const read = async (text: string, chunk = 2) => {
  const path = join(directory, 'cards.csv');
  writeFileSync(path, text);
  const chunks: (readonly object[])[] = [];
  for await (const each of readCsvFile(path, format, chunk)) chunks.push(each);
  return chunks;
};
const header = 'iccid,msisdn,profile,version,kic_algorithm,kid_algorithm,kic,kid,counter';

test('lines keep their places in the file, and come some at a time', async () => {
  const lines = [1, 2, 3].map((n) => `894900000000000300${n},,,1,aes-cbc,aes-cmac,00,11,`);
  const chunks = await read([`\ufeff${header}`, ...lines.slice(0, 2), '', lines[2]].join('\r\n'));
  expect(chunks.map((chunk) => chunk.map((each) => (each as { line: number }).line))).toEqual([[2, 3], [5]]);
  expect(chunks[0]?.[0]).toEqual({
    line: 2,
    iccid: '8949000000000003001',
    profile: 'standard',
    version: 1,
    kic_algorithm: 'aes-cbc',
    kid_algorithm: 'aes-cmac',
    kic: '00',
    kid: '11',
  });
});

test('quotation marks, other orders and what is no number are left to be judged by the API', async () => {
  const [[line] = []] = await read(
    '"version",iccid,kid_algorithm,kic_algorithm,msisdn\n"x","8949",crc-16,a,"49 ""1"",2"\n',
  );
  expect(line).toMatchObject({ version: 'x', iccid: '8949', msisdn: '49 "1",2' });
});

test('a line of too many fields is not cut to fit', async () => {
  const [[line] = []] = await read('iccid,version,kic_algorithm,kid_algorithm\n1,2,3,4,5\n');
  expect(line).toMatchObject({ fields_too_many: 1 });
});

test.each([
  ['', 'The file is empty'],
  ['8949000000000003001,1,aes-cbc,aes-cmac', 'There are no columns'],
  ['iccid,version', 'lacks kic_algorithm, kid_algorithm'],
])('a file that begins otherwise says so: %s', async (text, message) => {
  await expect(read(text)).rejects.toThrow(UsageError);
  await expect(read(text)).rejects.toThrow(message);
});
