import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptBatch } from '#shared/adapters/accept-batch.ts';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { quoteMessage } from '#shared/adapters/quote-message.ts';
import { routeMessage } from '#shared/adapters/route-message.ts';
import { createClient, newKey, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { seedProvider, seedRoute } from '../support/providers.ts';

let database: TestDatabase;
let clients: readonly [string, string];

beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations/', import.meta.url)),
  });
  await seedProvider(database, { name: 'on' });
  await seedProvider(database, { name: 'off', enabled: false });
  const pair = [
    await createClient(database, { creditCents: 10_000 }),
    await createClient(database, { creditCents: 10_000 }),
  ];
  clients = [pair[0] ?? '', pair[1] ?? ''];
});
afterAll(() => database?.stop());

const messages = fc.record({
  client: fc.constantFrom(0, 1),
  recipient: fc.constantFrom('491700000009', '491600000009', '447700900000', '491'),
  encoding: fc.constantFrom('gsm7' as const, 'binary' as const),
  priority: fc.constantFrom('high' as const, 'normal' as const, 'bulk' as const),
});
const routes = fc.uniqueArray(
  fc.record({
    prefix: fc.constantFrom('', '4', '49', '491', '4917', '44', '447700900'),
    client: fc.constantFrom(null, 0, 1),
    kind: fc.constantFrom(null, 'text', 'binary', 'ota'),
    priority: fc.constantFrom(null, 'high', 'bulk'),
    enabled: fc.boolean(),
    provider: fc.constantFrom('on', 'off'),
  }),
  {
    maxLength: 12,
    selector: ({ prefix, client, kind, priority }) => JSON.stringify([prefix, client, kind, priority]),
  },
);

test('what accepting finds of a route is what the bridge will find', async () => {
  await fc.assert(
    fc.asyncProperty(routes, fc.array(messages, { minLength: 3, maxLength: 3 }), async (given, wanted) => {
      await database.query('DELETE FROM routes');
      for (const { client, provider, ...route } of given)
        await seedRoute(database, {
          ...route,
          clientId: client === null ? null : (clients[client] ?? null),
          providers: [provider],
        });
      for (const { client, ...fields } of wanted) {
        const message = newMessage(clients[client] ?? '', fields);
        const [quote, routing] = [await quoteMessage(database.sql, message), await routeMessage(database.sql, message)];
        expect(quote?.refusal).toBe(routing.outcome === 'none' ? 'route.none' : null);
      }
    }),
    { numRuns: 25 },
  );
});

test('what no route leads to is refused before anything is written; the key stays free, and a test message needs none', async () => {
  await database.query('DELETE FROM routes');
  await seedRoute(database, { prefix: '44', providers: ['on'] });
  const [client] = clients;
  const nowhere = newMessage(client);
  expect(await acceptMessage(database.sql, nowhere, newKey('k'))).toEqual({ outcome: 'refused', reason: 'route.none' });
  expect(await database.query('SELECT FROM messages WHERE id = $1', [nowhere.id])).toEqual([]);
  expect(await acceptMessage(database.sql, newMessage(client, { is_test: true }))).toMatchObject({
    outcome: 'accepted',
  });

  const batch = [nowhere, newMessage(client, { recipient: '447700900000', country: 'GB' })];
  const id = newMessage(client).id;
  const items = batch.map((message, item) => ({ ...message, item }));
  expect(await acceptBatch(database.sql, { id, client_id: client, messages: items })).toMatchObject({
    outcome: 'accepted',
    items: [
      { item: 0, refusal: 'route.none' },
      { item: 1, message: { recipient: '447700900000' } },
    ],
  });

  await seedRoute(database, { providers: ['off', 'on'] });
  expect(await acceptMessage(database.sql, nowhere, newKey('k'))).toMatchObject({ outcome: 'accepted' });
});
