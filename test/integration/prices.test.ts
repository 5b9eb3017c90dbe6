import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { listPrices, type PriceRow, readClientPrices, removePrice, setPrices } from '#shared/adapters/prices.ts';
import { quoteMessage } from '#shared/adapters/quote-message.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
beforeEach(() => database.query('DELETE FROM prices'));

const actor = { clientId: uuidV7(), keyId: 'OPERATOR', correlationId: 'r-1' };
const set = (client_id: string | null, prices: readonly PriceRow[]) =>
  setPrices(database.sql, { client_id: client_id as never, prices: [...prices] }, actor);
const list = async (clientId: string | null) =>
  (await listPrices(database.sql, { clientId, after: null, limit: 100 }))?.map(
    ({ prefix, part_price_cents }) => `${prefix} ${part_price_cents}`,
  );

test('what is set stays until it is set anew or removed, in the order of the digits', async () => {
  const client = await createClient(database, { creditCents: 0 });
  await set(null, [
    { prefix: '49', part_price_cents: 7 },
    { prefix: '4', part_price_cents: 9 },
    { prefix: '351', part_price_cents: 8 },
  ]);
  await set(client, [{ prefix: '49', part_price_cents: 3 }]);
  await set(null, [{ prefix: '4', part_price_cents: 1 }]);
  expect(await list(null)).toEqual(['351 8', '4 1', '49 7']);
  expect(await list(client)).toEqual(['49 3']);
  expect(await removePrice(database.sql, { clientId: client, prefix: '49' }, actor)).toBe(true);
  expect(await removePrice(database.sql, { clientId: client, prefix: '49' }, actor)).toBe(false);
  expect(await list(client)).toEqual([]);
  expect(await list(null)).toEqual(['351 8', '4 1', '49 7']);
});

test('a thousand are set at once', async () => {
  const prices = Array.from({ length: 1000 }, (_, i) => ({ prefix: `49${1000 + i}`, part_price_cents: i }));
  expect(await set(null, prices)).toBe(true);
  expect(await database.query('SELECT count(*)::int AS n FROM prices')).toEqual([{ n: 1000 }]);
});

test('of a client that is not there nothing is set or listed', async () => {
  const nobody = uuidV7();
  expect(await set(nobody, [{ prefix: '49', part_price_cents: 3 }])).toBe(false);
  expect(await list(nobody)).toBeUndefined();
  expect(await readClientPrices(database.sql, { clientId: nobody, after: null, limit: 10 })).toBeNull();
  expect(await database.query('SELECT 1 FROM audit_entries WHERE subject = $1', [`prices ${nobody}`])).toEqual([]);
});

test('each change of a list is in the audit log, with what was set or removed', async () => {
  const client = await createClient(database, { creditCents: 0 });
  const prices = [{ prefix: '49', part_price_cents: 3 }];
  await set(client, prices);
  await removePrice(database.sql, { clientId: client, prefix: '49' }, actor);
  expect(
    await database.query('SELECT action, detail, actor_key_id FROM audit_entries WHERE subject = $1 ORDER BY id', [
      `prices ${client}`,
    ]),
  ).toEqual([
    { action: 'prices.set', detail: { prices }, actor_key_id: 'OPERATOR' },
    { action: 'price.removed', detail: prices[0], actor_key_id: 'OPERATOR' },
  ]);
});

/** What a client pays, page by page. */
const sheetOf = async (clientId: string, limit: number) => {
  const prices: PriceRow[] = [];
  for (let after: string | null = null; ; after = prices.at(-1)?.prefix ?? null) {
    const page = await readClientPrices(database.sql, { clientId, after, limit });
    prices.push(...(page?.prices ?? []));
    if (!page || page.prices.length < limit) return { flat: page?.flatCents, prices };
  }
};

const prefixes = fc.uniqueArray(fc.stringMatching(/^4[49]?[1-3]{0,3}$/), { maxLength: 8 });

test('the longest prefix on the sheet that a number begins with has the price at which it is accepted', async () => {
  await fc.assert(
    fc.asyncProperty(
      prefixes,
      prefixes,
      fc.array(fc.stringMatching(/^4[49][1-4]{3}00000$/), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (own, general, recipients, limit) => {
        await database.query('DELETE FROM prices');
        const clientId = await createClient(database, { creditCents: 0, partPriceCents: 999 });
        const priced = (list: readonly string[], from: number) =>
          list.map((prefix, i) => ({ prefix, part_price_cents: from + i }));
        if (own.length > 0) await set(clientId, priced(own, 100));
        if (general.length > 0) await set(null, priced(general, 200));
        const { flat, prices } = await sheetOf(clientId, limit);
        for (const recipient of recipients) {
          const [best] = prices
            .filter(({ prefix }) => recipient.startsWith(prefix))
            .sort((a, b) => b.prefix.length - a.prefix.length);
          const quote = await quoteMessage(database.sql, newMessage(clientId, { recipient }));
          expect(quote?.part_price_cents).toBe(best?.part_price_cents ?? flat);
        }
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
