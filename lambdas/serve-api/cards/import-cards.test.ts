import { expect, test } from 'vitest';
import type { CardBatch } from '#shared/adapters/import-cards.ts';
import { ImportedCards } from '#shared/contracts/cards.ts';
import { apiRequest } from '../../../test/support/api-request.ts';
import { type CardImports, createImportCards } from './import-cards.ts';

const kic = '000102030405060708090a0b0c0d0e0f';
const kid = '101112131415161718191a1b1c1d1e1f';
const good = {
  line: 2,
  iccid: '8949000000000003038',
  msisdn: '491701000303',
  profile: 'standard',
  version: 1,
  kic_algorithm: 'aes-cbc',
  kid_algorithm: 'aes-cmac',
  kic,
  kid,
};

const createWorld = (given: Partial<CardImports> = {}) => {
  const batches: CardBatch[] = [];
  const seals: string[] = [];
  let ids = 0;
  const world: CardImports = {
    newId: () => `id-${++ids}`,
    beginSeal: async (id) => {
      seals.push(`begin ${id}`);
      return {
        dataKey: { id, wrapped_base64: 'd3JhcHBlZA==' },
        seal: ({ use, version }, key) => `sealed ${use} ${version} of ${key.length} octets`,
        end: () => void seals.push('end'),
      };
    },
    importCards: async (batch) => {
      batches.push(batch);
      return { outcome: 'imported', lines: batch.lines.map(({ line }) => ({ line, outcome: 'imported' })) };
    },
    ...given,
  };
  const handle = createImportCards(world);
  const ask = (lines: readonly unknown[]) => handle(apiRequest({ route: '/v1/admin/cards', body: { lines } }));
  return { ask, batches, seals };
};

test('keys are sealed under a data key of the batch before they are kept', async () => {
  const { ask, batches, seals } = createWorld();
  expect(await ask([good])).toMatchObject({ status: 201, body: { imported: 1, known: 0, rejected: [] } });
  expect(batches).toMatchObject([
    {
      dataKey: { wrapped_base64: 'd3JhcHBlZA==' },
      lines: [{ kic: 'sealed kic 1 of 16 octets', kid: 'sealed kid 1 of 16 octets', location: 'sealed', counter: 0 }],
    },
  ]);
  expect(JSON.stringify(batches)).not.toMatch(new RegExp(`${kic}|${kid}`));
  expect(seals).toEqual(['begin id-1', 'end']);
});

test('labels of keys in the HSM are kept as they are, without a data key', async () => {
  const { ask, batches, seals } = createWorld();
  await ask([{ ...good, location: 'hsm', kic: 'card-3/kic', kid: 'card-3/kid' }]);
  expect(batches).toMatchObject([{ dataKey: null, lines: [{ kic: 'card-3/kic', kid: 'card-3/kid' }] }]);
  expect(seals).toEqual([]);
});

test('every bad line is told of, by its place, and does not concern the others; no key is said again', async () => {
  const outcomes = ['known', 'profile_unknown'] as const;
  const { ask } = createWorld({
    importCards: async ({ lines }) => ({
      outcome: 'imported',
      lines: lines.map(({ line }, index) => ({ line, outcome: outcomes[index] ?? 'imported' })),
    }),
  });
  const said = await ask([
    good,
    { ...good, line: 3, kic: 'not-hexadecimal' },
    { ...good, line: 4 },
    { ...good, line: 5, kid: kid.slice(2) },
    { ...good, line: 6, kid_algorithm: 'crc-16' },
    { ...good, line: 7, kic: null },
    { ...good, line: 8, iccid: '894900', unknown: 1 },
    'nonsense',
  ]);
  const view = 'body' in said ? ImportedCards.parse(said.body) : null;
  expect(view).toMatchObject({ imported: 0, known: 1 });
  expect(view?.rejected.map(({ line, reason, errors }) => [line, reason, errors.map(({ path }) => path)])).toEqual([
    [3, 'malformed', ['kic']],
    [4, 'profile_unknown', []],
    [5, 'malformed', ['kid']],
    [6, 'malformed', ['kid']],
    [7, 'malformed', ['kic']],
    [8, 'malformed', ['iccid', 'unknown']],
    [8, 'malformed', ['']],
  ]);
  expect(JSON.stringify(said)).not.toMatch(new RegExp(`${kic}|${kid.slice(2)}|not-hexadecimal`));
});

test('1,000 lines are taken, 1,001 and none are not', async () => {
  const { ask } = createWorld();
  const lines = (count: number) => Array.from({ length: count }, (_, index) => ({ ...good, line: index + 1 }));
  expect(await ask(lines(1_000))).toMatchObject({ status: 201, body: { imported: 1_000 } });
  for (const count of [0, 1_001]) expect(await ask(lines(count))).toMatchObject({ code: 'request.invalid' });
});
