import { expect, test } from 'vitest';
import type { CasCardBatch } from '#shared/adapters/cas/import-cas-cards.ts';
import { usualFormats } from '#shared/domain/emm/section.ts';
import { apiRequest } from '../../../test/support/api-request.ts';
import { type CasCardImports, createImportCasCards } from './import-cas-cards.ts';

const id = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3';
const key = '11'.repeat(32);
const good = { line: 2, card: '1234567897', key };

const createWorld = (given: Partial<CasCardImports> = {}) => {
  const batches: CasCardBatch[] = [];
  const asked: (readonly string[])[] = [];
  const handle = createImportCasCards({
    newId: () => 'batch',
    sectionsOf: async () => usualFormats,
    protectDeviceKeys: async (_client, keys) => {
      asked.push(keys);
      return keys.map((_, i) => `kept ${i}`);
    },
    importCards: async (batch) => {
      batches.push(batch);
      return { outcome: 'imported', lines: batch.lines.map(({ line }) => ({ line, outcome: 'imported' })) };
    },
    ...given,
  });
  const ask = (lines: readonly unknown[]) => handle(apiRequest({ pathParameters: { id }, body: { lines } }));
  return { ask, batches, asked };
};

test('each card has its own key as it is kept, and a card without one has none', async () => {
  const { ask, batches, asked } = createWorld();
  const lines = [good, { line: 3, card: '4111111111111111', group: '7' }, { line: 4, card: '79927398713', key }];
  expect(await ask(lines)).toMatchObject({ status: 201, body: { imported: 3, known: 0, rejected: [] } });
  expect(asked).toEqual([[key, key]]);
  expect(batches[0]?.lines.map(({ device_key }) => device_key)).toEqual(['kept 0', null, 'kept 1']);
  expect(JSON.stringify(batches)).not.toContain(key);
});

test('what is wrong with a line is said of it without its key, and does not concern the others', async () => {
  const { ask, batches } = createWorld();
  const said = await ask([{ ...good, key: `${key}zz` }, 'nonsense', { ...good, line: 9, card: '1234567890' }, good]);
  expect(said).toMatchObject({
    body: { imported: 1, rejected: [{ line: 2 }, { line: 2, reason: 'malformed' }, { line: 9 }] },
  });
  expect(JSON.stringify(said)).not.toContain(key);
  expect(batches).toHaveLength(1);
});

test('nothing is protected nor written where every line is wrong, or there is no CA system', async () => {
  const { ask, batches, asked } = createWorld();
  expect(await ask([{ ...good, key: 'short' }])).toMatchObject({ status: 201, body: { imported: 0 } });
  const nowhere = createWorld({ sectionsOf: async () => null });
  expect(await nowhere.ask([good])).toMatchObject({ code: 'cas_system.not_found' });
  expect([batches, asked, nowhere.batches, nowhere.asked]).toEqual([[], [], [], []]);
});

test('a key that encrypt-emm does not give back is a fault, and nothing is written', async () => {
  const { ask, batches } = createWorld({ protectDeviceKeys: async () => [] });
  await expect(ask([good])).rejects.toThrow('Not every key was protected');
  expect(batches).toEqual([]);
});
