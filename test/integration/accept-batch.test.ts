import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AcceptedBatch, acceptBatch } from '#shared/adapters/accept-batch.ts';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { checkRules, databaseRules, wholeScope } from '#shared/adapters/invariants/check-rules.ts';
import type { NewMessage } from '#shared/adapters/new-message.ts';
import { createClient, newKey, newMessage, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
afterEach(async () => {
  expect(await unbalancedClients(database)).toEqual([]);
  expect(await checkRules(database.sql, databaseRules, wholeScope())).toEqual([]);
});

const change = (client: string, settings: string) =>
  database.query(`UPDATE clients SET ${settings} WHERE id = $1`, [client]);

const newBatch = (client: string, items: readonly Partial<NewMessage>[]) => ({
  id: uuidV7(),
  client_id: client,
  messages: items.map((given, item) => ({ ...newMessage(client, given), item })),
});

const times = (count: number): Partial<NewMessage>[] => Array.from({ length: count }, () => ({}));

/** What became of each item: its refusal, or `accepted`. */
const said = (answer: AcceptedBatch): readonly string[] | string =>
  answer.outcome === 'accepted' || answer.outcome === 'replayed'
    ? answer.items.map((each) => ('refusal' in each ? each.refusal : 'accepted'))
    : answer.outcome;

const batchOf = async (client: string, items: readonly Partial<NewMessage>[]) =>
  said(await acceptBatch(database.sql, newBatch(client, items)));

const countOf = async (client: string): Promise<number> =>
  (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM messages WHERE client_id = $1', [client]))[0]
    ?.n ?? 0;

const availableOf = async (client: string): Promise<number> =>
  Number((await database.query<{ c: string }>('SELECT credit_cents AS c FROM clients WHERE id = $1', [client]))[0]?.c);

describe('each item is accepted or refused for itself', () => {
  test('credit covers the first ones, in the order of the items; the rest is refused', async () => {
    const client = await createClient(database, { creditCents: 17 });
    const credit = 'credit.insufficient';
    expect(await batchOf(client, times(5))).toEqual(['accepted', 'accepted', 'accepted', credit, credit]);
    expect(await availableOf(client)).toBe(2);
    expect(await countOf(client)).toBe(3);
  });

  test('the spend cap does the same, by the day, and also when several are under it', async () => {
    const client = await createClient(database, { creditCents: 1_000 });
    await change(client, 'daily_spend_cap_cents = 20');
    expect(await batchOf(client, times(2))).toEqual(['accepted', 'accepted']);
    const cap = 'spend.cap_reached';
    expect(await batchOf(client, times(4))).toEqual(['accepted', 'accepted', cap, cap]);
    expect(await batchOf(client, times(1))).toEqual([cap]);
    await change(client, `spent_on = spent_on - 1`);
    expect(await batchOf(client, times(1))).toEqual(['accepted']);
  });

  test('so many go to numbers that begin alike within the hour; what is refused for it costs nothing', async () => {
    const client = await createClient(database, { creditCents: 25 });
    await change(client, 'prefix_messages_per_hour = 2');
    const us = { recipient: '12025550123', country: 'US' };
    const velocity = 'destination.velocity';
    expect(await batchOf(client, [{}, us, {}, {}, us, us, {}])).toEqual([
      'accepted',
      'accepted',
      'accepted',
      velocity,
      'accepted',
      velocity,
      velocity,
    ]);
    expect(await batchOf(client, [{}, { recipient: '33612345678', country: 'FR' }])).toEqual([velocity, 'accepted']);
    expect(await availableOf(client)).toBe(0);
  });

  test('velocity is counted of messages that cost nothing too, unless they are tests', async () => {
    const client = await createClient(database, { creditCents: 0, partPriceCents: 0 });
    await change(client, 'prefix_messages_per_hour = 1');
    expect(await batchOf(client, [{ is_test: true }, {}, { is_test: true }])).toEqual(times(3).map(() => 'accepted'));
    expect(await batchOf(client, [{}, { is_test: true }])).toEqual(['destination.velocity', 'accepted']);
    const one = await acceptMessage(database.sql, newMessage(client));
    expect(one).toEqual({ outcome: 'refused', reason: 'destination.velocity' });
  });

  test('opted out, of a country or from a sender that is not allowed: each by its own code', async () => {
    const client = await createClient(database, { creditCents: 100 });
    await change(client, `allowed_countries = '{DE}', allowed_senders = '{Acme}'`);
    await database.query(`INSERT INTO opt_outs (client_id, msisdn) VALUES ($1, '491700000008')`, [client]);
    expect(
      await batchOf(client, [
        { recipient: '491700000008' },
        { recipient: '12025550123', country: 'US' },
        { recipient: '883510001234', country: null },
        { sender: 'Other' },
        { sender: 'Acme' },
        { sender: 'Signalbox' },
        {},
      ]),
    ).toEqual([
      'recipient.opted_out',
      'destination.not_allowed',
      'destination.not_allowed',
      'sender.not_allowed',
      'accepted',
      'accepted',
      'accepted',
    ]);
    expect(await availableOf(client)).toBe(85);
  });

  test('a suspended client and one that is not there accept nothing, and their key is not used up', async () => {
    const client = await createClient(database, { creditCents: 100 });
    await change(client, 'suspended_at = now()');
    const batch = newBatch(client, times(2));
    expect(said(await acceptBatch(database.sql, batch, newKey('k')))).toBe('no-such-client');
    expect(said(await acceptBatch(database.sql, newBatch(uuidV7(), times(1))))).toBe('no-such-client');
    await change(client, 'suspended_at = NULL');
    expect(said(await acceptBatch(database.sql, { ...batch, id: uuidV7() }, newKey('k')))).toEqual([
      'accepted',
      'accepted',
    ]);
  });
});

describe('a part costs what stands under the longest prefix', () => {
  test('of the client’s own list, then of the general one, then what the client pays for any', async () => {
    const client = await createClient(database, { creditCents: 1_000, partPriceCents: 5 });
    const other = await createClient(database, { creditCents: 1_000, partPriceCents: 5 });
    await database.query(
      `INSERT INTO prices (client_id, prefix, part_price_cents) VALUES
         ($1, '49', 7), ($1, '49170', 8), ($2, '491701', 1),
         ('00000000-0000-0000-0000-000000000000', '4917000', 20), ('00000000-0000-0000-0000-000000000000', '1', 3)`,
      [client, other],
    );
    const asked = [
      newMessage(client, { recipient: '491700000009', parts: 2 }),
      newMessage(client, { recipient: '491510000009' }),
      newMessage(client, { recipient: '12025550123' }),
      newMessage(client, { recipient: '33612345678' }),
      newMessage(client, { recipient: '491700000009', is_test: true }),
    ];
    const batch = { id: uuidV7(), client_id: client, messages: asked.map((message, item) => ({ ...message, item })) };
    const answer = await acceptBatch(database.sql, batch);
    const costs = answer.outcome === 'accepted' ? answer.items : [];
    expect(costs.map((each) => ('message' in each ? each.message.cost_cents : each.refusal))).toEqual([16, 7, 3, 5, 0]);
    const alone = await acceptMessage(database.sql, newMessage(other));
    expect(alone).toMatchObject({ outcome: 'accepted', message: { cost_cents: 20 } });
    await database.query('DELETE FROM prices');
  });

  test('a test message is free, counts towards no limit, and is accepted without credit', async () => {
    const client = await createClient(database, { creditCents: 0 });
    await change(client, 'daily_spend_cap_cents = 0');
    expect(await batchOf(client, [{ is_test: true, parts: 3 }, {}])).toEqual(['accepted', 'credit.insufficient']);
  });
});

describe('a client whose credit falls below what it wants to be told of', () => {
  const told = (client: string) =>
    database.query<{ payload: object }>('SELECT payload FROM callbacks WHERE client_id = $1', [client]);

  test('is told once, when it crosses, by a batch as by a single message', async () => {
    const client = await createClient(database, { creditCents: 100, callbackUrl: 'https://client.example/' });
    await change(client, `low_balance_cents = 80, callback_types = '{account.low_balance}'`);
    await batchOf(client, times(4));
    expect(await told(client)).toEqual([]);
    await batchOf(client, times(3));
    expect(await told(client)).toEqual([{ payload: { available_cents: 65, low_balance_cents: 80 } }]);
    await acceptMessage(database.sql, newMessage(client));
    await batchOf(client, times(2));
    expect(await told(client)).toHaveLength(1);
    // Topped up above it, it is told again.
    await database.query(
      `WITH grant_of AS (INSERT INTO ledger_entries (id, kind, client_id, amount_cents) VALUES ($2, 'GRANT', $1, 50))
       UPDATE clients SET credit_cents = credit_cents + 50 WHERE id = $1`,
      [client, uuidV7()],
    );
    for (let sent = 0; sent < 6; sent += 1) await acceptMessage(database.sql, newMessage(client));
    expect(await told(client)).toHaveLength(2);
  });

  test('is told nothing it did not subscribe to', async () => {
    const client = await createClient(database, { creditCents: 10, callbackUrl: 'https://client.example/' });
    await change(client, 'low_balance_cents = 10');
    await batchOf(client, times(1));
    expect(await told(client)).toEqual([]);
  });
});

describe('under a key', () => {
  test('a batch is written once, and its answer given again with its refusals; another request is a mismatch', async () => {
    const client = await createClient(database, { creditCents: 11 });
    const first = await acceptBatch(database.sql, newBatch(client, times(3)), newKey('k'));
    const again = await acceptBatch(database.sql, newBatch(client, times(3)), newKey('k'));
    expect(said(again)).toEqual(['accepted', 'accepted', 'credit.insufficient']);
    expect(again).toEqual({ ...first, outcome: 'replayed' });
    expect(said(await acceptBatch(database.sql, newBatch(client, times(3)), newKey('k', 'b')))).toBe('mismatch');
    expect(await countOf(client)).toBe(2);
  });

  test('that stands for a batch, a single message is a mismatch; and the other way round', async () => {
    const client = await createClient(database, { creditCents: 100 });
    await acceptBatch(database.sql, newBatch(client, times(1)), newKey('batch'));
    await acceptMessage(database.sql, newMessage(client), newKey('message'));
    const one = await acceptMessage(database.sql, newMessage(client), newKey('batch', 'b'));
    expect(one).toEqual({ outcome: 'mismatch' });
    const many = await acceptBatch(database.sql, newBatch(client, times(1)), newKey('message', 'b'));
    expect(many).toEqual({ outcome: 'mismatch' });
  });

  test('twenty at once are one batch', async () => {
    const client = await createClient(database, { creditCents: 1_000 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => acceptBatch(database.sql, newBatch(client, times(5)), newKey('k'))),
    );
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      'accepted',
      ...Array.from({ length: 19 }, () => 'replayed'),
    ]);
    const ids = answers.map((answer) =>
      'items' in answer ? answer.items.map((each) => 'message' in each && each.message.id).join() : '',
    );
    expect(new Set(ids).size).toBe(1);
    expect(await countOf(client)).toBe(5);
    expect(await availableOf(client)).toBe(975);
  });

  test.each([null, newKey('k')])(
    'or without, it can be repeated after a timeout that hid the commit: %o',
    async (key) => {
      const client = await createClient(database, { creditCents: 11 });
      const batch = newBatch(client, times(3));
      const first = await acceptBatch(database.sql, batch, key);
      expect(said(first)).toEqual(['accepted', 'accepted', 'credit.insufficient']);
      expect(await acceptBatch(database.sql, batch, key)).toEqual(first);
      const [repeated] = await Promise.all([
        acceptBatch(database.sql, batch, key),
        acceptBatch(database.sql, batch, key),
      ]);
      expect(repeated).toEqual(first);
      expect(await countOf(client)).toBe(2);
    },
  );
});

test('batches and single messages of one client at once: none waits for another for ever, and no cent is spent twice', async () => {
  const client = await createClient(database, { creditCents: 300 });
  await change(client, 'prefix_messages_per_hour = 1000, daily_spend_cap_cents = 10000');
  const numbers = ['491700000009', '12025550123', '33612345678', '447700900123'];
  const some = (seed: number) =>
    Array.from({ length: 8 }, (_, i) => ({ recipient: numbers[(seed * (i + 1)) % 4] ?? '', parts: 1 + (i % 2) }));
  const batches = Array.from({ length: 12 }, (_, seed) => acceptBatch(database.sql, newBatch(client, some(seed + 1))));
  const singles = Array.from({ length: 24 }, (_, i) =>
    acceptMessage(database.sql, newMessage(client, { recipient: numbers[i % 4] ?? '' })),
  );
  const [many, ones] = await Promise.all([Promise.all(batches), Promise.all(singles)]);
  const items = many.flatMap((answer) => said(answer));
  expect(new Set(items)).toEqual(new Set(['accepted', 'credit.insufficient']));
  const accepted = items.filter((each) => each === 'accepted').length;
  const alone = ones.filter(({ outcome }) => outcome === 'accepted').length;
  expect(await countOf(client)).toBe(accepted + alone);
  expect(await availableOf(client)).toBeLessThan(10);
  const counted = await database.query<{ n: number }>(
    'SELECT sum(messages)::int AS n FROM destination_counts WHERE client_id = $1',
    [client],
  );
  expect(counted[0]?.n).toBe(accepted + alone);
}, 60_000);

test('batches at once under a velocity limit accept exactly as many as it allows', async () => {
  const client = await createClient(database, { creditCents: 1_000 });
  await change(client, 'prefix_messages_per_hour = 10');
  const answers = await Promise.all(
    Array.from({ length: 3 }, () => acceptBatch(database.sql, newBatch(client, times(6)))),
  );
  expect(answers.flatMap(said).filter((each) => each === 'accepted')).toHaveLength(10);
}, 60_000);
