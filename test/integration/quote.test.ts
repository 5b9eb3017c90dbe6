import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { quoteMessage } from '#shared/adapters/quote-message.ts';
import { createClient, newMessage, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());

const destinations = [
  { recipient: '491700000009', country: 'DE' },
  { recipient: '491700000008', country: 'DE' },
  { recipient: '12025550123', country: 'US' },
  { recipient: '883510001234', country: null },
] as const;

const few = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 2 });

const settings = fc.record({
  creditCents: fc.nat(30),
  partPriceCents: fc.nat(4),
  allowed_senders: few(fc.subarray(['Acme', 'Other'])),
  allowed_countries: few(fc.subarray(['DE', 'US'], { minLength: 1 })),
  daily_spend_cap_cents: few(fc.nat(30)),
  prefix_messages_per_hour: few(fc.integer({ min: 1, max: 3 })),
  optedOut: fc.boolean(),
  prices: fc.dictionary(fc.constantFrom('49', '4917', '49170000', '1', '120'), fc.nat(6), { maxKeys: 3 }),
});

const asked = fc.record({
  to: fc.constantFrom(...destinations),
  sender: few(fc.constantFrom('Acme', 'Signalbox', 'Nobody')),
  parts: fc.integer({ min: 1, max: 3 }),
  is_test: fc.boolean(),
});

type Settings = typeof settings extends fc.Arbitrary<infer Value> ? Value : never;

const makeClient = async ({ creditCents, partPriceCents, optedOut, prices, ...columns }: Settings): Promise<string> => {
  const client = await createClient(database, { creditCents, partPriceCents });
  await database.query(
    `UPDATE clients SET allowed_senders = $2, allowed_countries = $3, daily_spend_cap_cents = $4,
       prefix_messages_per_hour = $5 WHERE id = $1`,
    [
      client,
      columns.allowed_senders,
      columns.allowed_countries,
      columns.daily_spend_cap_cents,
      columns.prefix_messages_per_hour,
    ],
  );
  if (optedOut) await database.query(`INSERT INTO opt_outs (client_id, msisdn) VALUES ($1, '491700000008')`, [client]);
  for (const [prefix, cents] of Object.entries(prices))
    await database.query('INSERT INTO prices (client_id, prefix, part_price_cents) VALUES ($1, $2, $3)', [
      client,
      prefix,
      cents,
    ]);
  return client;
};

test('what a dry run says of price, sender and refusal is what accepting the message then does', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(settings, fc.array(asked, { minLength: 1, maxLength: 8 }), async (given, messages) => {
      const client = await makeClient(given);
      for (const { to, ...rest } of messages) {
        const message = newMessage(client, { ...to, ...rest });
        const quote = await quoteMessage(database.sql, message);
        const accepted = await acceptMessage(database.sql, message);
        seen.add(quote?.refusal ?? 'accepted');
        if (accepted.outcome === 'accepted') {
          const { sender, cost_cents } = accepted.message;
          expect(quote).toMatchObject({ refusal: null, sender, cost_cents });
          expect(cost_cents).toBe(message.is_test ? 0 : (quote?.part_price_cents ?? 0) * message.parts);
        } else expect(accepted).toEqual({ outcome: 'refused', reason: quote?.refusal });
      }
    }),
    { numRuns: 120, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  );
  // Whatever the dice say, both ends of it are seen.
  expect(seen.size).toBeGreaterThan(1);
  expect(await unbalancedClients(database)).toEqual([]);
}, 120_000);

test('a client that is suspended or gone is quoted nothing', async () => {
  const client = await createClient(database, { creditCents: 10 });
  await database.query('UPDATE clients SET suspended_at = now() WHERE id = $1', [client]);
  expect(await quoteMessage(database.sql, newMessage(client))).toBeNull();
});
