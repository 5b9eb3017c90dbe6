import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { importFile } from './import-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'signalbox-import-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('a file is imported in pieces, with every refused line told of by its place in the file', async () => {
  const path = join(directory, 'cards.csv');
  writeFileSync(path, ['card,owner', ...Array.from({ length: 5 }, (_, i) => `${i},`)].join('\n'));
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const sizes: number[] = [];
  const imported = await importFile(path, { columns: ['card', 'owner'], required: ['card'] }, 2, async (lines) => {
    sizes.push(lines.length);
    const [first] = lines as readonly { readonly line: number }[];
    const errors = [{ path: 'card', message: 'is no number' }];
    const rejected = [{ line: first?.line ?? 0, reason: 'malformed', message: 'does not fit', errors }];
    return { imported: lines.length - 1, known: 0, rejected };
  });
  expect(sizes).toEqual([2, 2, 1]);
  expect(imported).toMatchObject({ lines: 5, imported: 2, known: 0 });
  expect(imported.rejected.map(({ line, message }) => [line, message])).toEqual(
    [2, 4, 6].map((line) => [line, 'does not fit; card is no number']),
  );
  expect(said.mock.lastCall).toEqual(['5 lines: 2 imported, 0 known, 3 rejected']);
  said.mockRestore();
});
