import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { grantCredit } from '#shared/adapters/grant-credit.ts';
import type { LedgerPosition } from '#shared/adapters/ledger-statement.ts';
import { readAccount } from '#shared/adapters/read-account.ts';
import { type LedgerFilters, readLedger } from '#shared/adapters/read-ledger.ts';
import { readStatement } from '#shared/adapters/read-statement.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { createClient, newMessage, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { misfits, noFilters, sumOf, wholeLedger, wholeStatement } from '../support/ledgers.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
afterEach(async () => expect(await unbalancedClients(database)).toEqual([]));

const actor = { clientId: uuidV7(), keyId: 'OPERATOR', correlationId: 'r-1' };
const ever = { from: '2000-01-01T00:00:00Z', to: '9999-01-01T00:00:00Z' };

const move = (clientId: string, amount_cents: number) => {
  const what = { id: uuidV7(), client_id: clientId, amount_cents, kind: 'adjustment', reason: 'test' } as const;
  return grantCredit(database.sql, what, actor, null);
};

/** Ends a message as its parts say, in whatever state it is. */
const settle = async (id: string, delivered: number): Promise<void> => {
  await database.query(
    `UPDATE message_parts SET state = CASE WHEN number <= $2 THEN 'DELIVERED' ELSE 'FAILED' END WHERE message_id = $1`,
    [id, delivered],
  );
  await settleMessages(database.sql, [id]);
};

const accept = async (clientId: string, parts = 1): Promise<string> => {
  const message = newMessage(clientId, { parts });
  expect((await acceptMessage(database.sql, message)).outcome).toBe('accepted');
  return message.id;
};

type Step =
  | { readonly do: 'move'; readonly cents: number }
  | { readonly do: 'accept'; readonly parts: number }
  | { readonly do: 'settle'; readonly message: number; readonly delivered: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('move' as const),
    cents: fc.integer({ min: -60, max: 60 }).filter((cents) => cents !== 0),
  }),
  fc.record({ do: fc.constant('accept' as const), parts: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('settle' as const), message: fc.nat(), delivered: fc.nat({ max: 4 }) }),
);

interface Expected {
  available: number;
  held: number;
  captured: number;
  granted: number;
  readonly open: { readonly id: string; readonly parts: number }[];
}

const price = 5;

const take = async (clientId: string, model: Expected, taken: Step): Promise<void> => {
  if (taken.do === 'move') {
    const isPossible = model.available + taken.cents >= 0;
    expect((await move(clientId, taken.cents)).outcome).toBe(isPossible ? 'granted' : 'below-zero');
    if (!isPossible) return;
    model.available += taken.cents;
    model.granted += taken.cents;
  } else if (taken.do === 'accept') {
    const message = newMessage(clientId, { parts: taken.parts });
    const isPossible = model.available >= taken.parts * price;
    expect((await acceptMessage(database.sql, message)).outcome).toBe(isPossible ? 'accepted' : 'refused');
    if (!isPossible) return;
    model.available -= taken.parts * price;
    model.held += taken.parts * price;
    model.open.push({ id: message.id, parts: taken.parts });
  } else {
    const [message] = model.open.splice(taken.message % (model.open.length || 1), 1);
    if (!message) return;
    const delivered = Math.min(taken.delivered, message.parts);
    await settle(message.id, delivered);
    model.held -= message.parts * price;
    model.captured += delivered * price;
    model.available += (message.parts - delivered) * price;
  }
};

const expectLedger = async (clientId: string, limit: number, model: Expected): Promise<void> => {
  const { available, held, captured, granted } = model;
  expect(await readAccount(database.sql, clientId)).toMatchObject({
    available_cents: available,
    held_cents: held,
    captured_cents: captured,
    granted_cents: granted,
  });
  expect(available + held + captured).toBe(granted);
  const entries = await wholeLedger(database, clientId, limit);
  expect(sumOf(entries)).toBe(available);
  expect(entries[0]?.balance_cents).toBe(available);
  expect(misfits(entries)).toEqual([]);
  expect(entries.filter(({ balance_cents }) => balance_cents < 0)).toEqual([]);
  const pages = await wholeStatement(database, clientId, { ...ever, limit });
  expect(pages[0]?.openingCents).toBe(0);
  expect(pages.flatMap(({ movements }) => movements)).toEqual(entries.toReversed());
};

test('whatever is granted, taken, held, captured and released: ledger, statement and balance are one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 9 }), async (steps, limit) => {
      const clientId = await createClient(database, { creditCents: 50, partPriceCents: price });
      const model: Expected = { available: 50, held: 0, captured: 0, granted: 50, open: [] };
      for (const each of steps) await take(clientId, model, each);
      await expectLedger(clientId, limit, model);
    }),
    { numRuns: Number(process.env.LEDGER_RUNS ?? 15), endOnFailure: true },
  );
}, 120_000);

/** A session of its own, whose transaction has written a movement, and is to change the balance before it commits. */
const beginLate = async (clientId: string, cents: number) => {
  const session = new pg.Client({ ...database.login, database: database.databaseName });
  await session.connect();
  await session.query('BEGIN');
  await session.query(
    `INSERT INTO ledger_entries (id, kind, client_id, amount_cents, reason) VALUES ($3, 'GRANT', $1, $2, 'late')`,
    [clientId, cents, uuidV7()],
  );
  return {
    commit: async () => {
      await session.query('UPDATE clients SET credit_cents = credit_cents + $2 WHERE id = $1', [clientId, cents]);
      await session.query('COMMIT');
      await session.end();
    },
  };
};

describe('pages', () => {
  /** One movement is written before `newer` others, and committed after the first page was read. */
  const readAcross = async (newer: number, mostUnderWay?: number) => {
    const clientId = await createClient(database, { creditCents: 100, partPriceCents: price });
    await accept(clientId);
    const late = await beginLate(clientId, 7);
    for (let i = 0; i < newer; i += 1) await move(clientId, 1);
    const pageOf = (after: LedgerPosition | null) =>
      readLedger(database.sql, { clientId, filters: noFilters, after, limit: 1 }, mostUnderWay);
    const first = await pageOf(null);
    await late.commit();
    await move(clientId, 1000);
    const entries = [];
    for (let page = first; ; page = await pageOf(page.next)) {
      if (page.outcome !== 'read') throw new Error(page.outcome);
      entries.push(...page.entries);
      if (!page.next) {
        const now = await wholeLedger(database, clientId, 3);
        expect(now).toHaveLength(newer + 4);
        expect(misfits(now)).toEqual([]);
        return entries;
      }
    }
  };

  test('are of the moment the first was read at, whatever is committed between them', async () => {
    const entries = await readAcross(0);
    expect(entries.map(({ balance_cents }) => balance_cents)).toEqual([95, 100]);
    expect(misfits(entries)).toEqual([]);
  });

  test('show what is there although other transactions are under way', async () => {
    const entries = await readAcross(3);
    expect(entries.map(({ balance_cents }) => balance_cents)).toEqual([98, 97, 96, 95, 100]);
    expect(misfits(entries)).toEqual([]);
  });

  test('end before the first transaction under way when there are more than a cursor can name', async () => {
    const entries = await readAcross(3, 0);
    expect(entries.map(({ balance_cents }) => balance_cents)).toEqual([95, 100]);
    expect(misfits(entries)).toEqual([]);
  });

  test('are of one moment while many move credit at once', async () => {
    const clientId = await createClient(database, { creditCents: 1000, partPriceCents: price });
    let writing = 4;
    const writers = Array.from({ length: writing }, async () => {
      for (let round = 0; round < 10; round += 1) {
        await settle(await accept(clientId, 2), 1);
        await move(clientId, 5);
      }
      writing -= 1;
    });
    const read = async () => {
      while (writing > 0) {
        const entries = await wholeLedger(database, clientId, 20);
        expect(misfits(entries)).toEqual([]);
        const pages = await wholeStatement(database, clientId, { ...ever, limit: 20 });
        expect(misfits(pages.flatMap(({ movements }) => movements).toReversed())).toEqual([]);
      }
    };
    await Promise.all([read(), ...writers]);
    expect(sumOf(await wholeLedger(database, clientId, 100))).toBe(1000);
  }, 60_000);

  test('that are filtered have the balances of the whole', async () => {
    const clientId = await createClient(database, { creditCents: 100, partPriceCents: price });
    const message = await accept(clientId, 3);
    await move(clientId, 11);
    await settle(message, 1);
    await accept(clientId);
    const whole = await wholeLedger(database, clientId, 100);
    const middle = whole[Math.floor(whole.length / 2)]?.created_at ?? '';
    const cases: readonly Partial<LedgerFilters>[] = [
      { kind: 'GRANT' },
      { kind: 'RELEASE' },
      { message_id: message },
      { from_time: middle },
      { to_time: middle },
      { kind: 'HOLD', to_time: middle },
    ];
    for (const filters of cases) {
      const some = await wholeLedger(database, clientId, 1, { ...noFilters, ...filters });
      expect(some.length).toBeGreaterThan(0);
      expect(some.length).toBeLessThan(whole.length);
      for (const entry of some) expect(whole).toContainEqual(entry);
    }
    expect(await wholeLedger(database, clientId, 1, { ...noFilters, message_id: uuidV7() })).toEqual([]);
  });

  test('of a client that is not there, or after what no list gave out, are refused', async () => {
    const page = { clientId: uuidV7(), filters: noFilters, after: null, limit: 1 };
    expect(await readLedger(database.sql, page)).toEqual({ outcome: 'no-such-client' });
    expect(await readStatement(database.sql, { ...page, ...ever })).toEqual({ outcome: 'no-such-client' });
    const clientId = await createClient(database, { creditCents: 1 });
    const time = '2026-02-31T00:00:00.000000Z';
    for (const after of [
      [time, uuidV7(), 0, 'GRANT', 5, time, '1:1:'],
      ['2026-02-01T00:00:00.000000Z', uuidV7(), 0, 'GRANT', 5, '2026-02-01T00:00:00.000000Z', '5:3:'],
    ] as const) {
      const asked = { ...page, clientId, after: [...after] as LedgerPosition };
      expect(await readLedger(database.sql, asked)).toEqual({ outcome: 'no-such-position' });
      expect(await readStatement(database.sql, { ...asked, ...ever })).toEqual({ outcome: 'no-such-position' });
    }
  });
});
