import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { readFleet } from '#shared/adapters/read-fleet.ts';
import { readClientStatistics, readProviderStatistics } from '#shared/adapters/read-statistics.ts';
import { removeStatistics } from '#shared/adapters/remove-statistics.ts';
import { lastSummedHour, sumHour } from '#shared/adapters/sum-statistics.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, type Said, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

let database: TestDatabase;
let client: string;

beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations/', import.meta.url)),
  });
  client = await createClient(database, { creditCents: 10_000, partPriceCents: 7 });
  await database.query(`INSERT INTO provider_prices VALUES ('primary', '', 60000), ('primary', '49', 6500)`);
});
afterAll(() => database?.stop());

const hourMs = 3_600_000;
/** Whatever is said now is said in this hour, though the clock may strike while the test runs. */
const hours = () => {
  const current = Math.floor(Date.now() / hourMs) * hourMs;
  return [current - hourMs, current].map((at) => new Date(at));
};
const span = () => ({ from: new Date(Date.now() - 2 * hourMs), to: new Date(Date.now() + hourMs) });

const sum = async (): Promise<number> => {
  let rows = 0;
  for (const hour of hours()) rows += await sumHour(database.sql, hour);
  return rows;
};

const send = async (recipient: string, country: string): Promise<string> => {
  const message = newMessage(client, { recipient, country });
  expect(await acceptMessage(database.sql, message)).toMatchObject({ outcome: 'accepted' });
  await database.query(`UPDATE messages SET state = 'SENDING' WHERE id = $1`, [message.id]);
  await database.query(`UPDATE message_parts SET state = 'SENDING', attempt = 1 WHERE message_id = $1`, [message.id]);
  return message.id;
};

const settle = (...said: Said[]) => settleOutcomes(booksOf(database), [asReport(said)]);
const at = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();
const submitted = (message_id: string, smsc_message_id: string) =>
  sayOutcome(
    { type: 'PartSubmitted', message_id, attempt: 1, part: 1, at: at(4_000), smsc_message_id, late: false },
    smsc_message_id,
  );

test('an hour is summed up by provider, client and country, with what it cost and what was paid; again it is the same', async () => {
  const [german, british, refused, failed] = [
    await send('491700000001', 'DE'),
    await send('441700000001', 'GB'),
    await send('491700000002', 'DE'),
    await send('491700000003', 'DE'),
  ];
  await settle(
    submitted(german, 'one'),
    submitted(british, 'two'),
    submitted(failed, 'three'),
    sayOutcome({
      type: 'PartRefused',
      message_id: refused,
      attempt: 1,
      part: 1,
      at: at(4_000),
      command_status: 0x0b,
      retry: false,
    }),
  );
  const { version } = await readFleet(database.sql);
  expect(await sum()).toBeGreaterThan(0);
  expect(await sum()).toBe(0);
  await settle(sayReceipt('one', 'DELIVERED', '491700000001'), sayReceipt('two', 'ENROUTE', '441700000001'));
  await settle(sayReceipt('three', 'UNDELIVERABLE', '491700000003'), sayReceipt('one', 'DELIVERED', '491700000001'));
  await sum();

  const { total, hours: byHour } = await readProviderStatistics(database.sql, 'primary', span());
  expect(total).toMatchObject({
    submitted: 3,
    refused: 1,
    unknown: 0,
    delivered: 1,
    failed: 1,
    expired: 0,
    success_rate: 1 / 3,
    errors: { [Object.keys(total.errors)[0] ?? '']: 1 },
    receipts: { DELIVERED: 2, ENROUTE: 1, UNDELIVERABLE: 1 },
    cost_micros: 6_500 + 60_000 + 6_500,
    price_cents: 7,
    margin_micros: 70_000 - 73_000,
  });
  expect(total.latency_ms).toBeGreaterThanOrEqual(4_000);
  expect(byHour.reduce((parts, each) => parts + each.submitted, 0)).toBe(3);

  const fleet = await readFleet(database.sql, version);
  expect(fleet?.routing.statistics.primary).toMatchObject({ succeeded: 1, failed: 2 });

  const own = await readClientStatistics(database.sql, client, span());
  expect(own.total).toMatchObject({ submitted: 3, delivered: 1, failed: 1, spent_cents: 7 });
  expect(own.destinations).toMatchObject([
    { country: 'DE', submitted: 2, delivered: 1, spent_cents: 7 },
    { country: 'GB', submitted: 1, delivered: 0, spent_cents: 0 },
  ]);
  expect(await lastSummedHour(database.sql)).toEqual(
    hours().find((hour) => byHour.at(-1)?.hour === hour.toISOString()),
  );
});

test('another client’s figures are its own, and nothing is nothing', async () => {
  const other = await createClient(database, { creditCents: 0 });
  expect(await readClientStatistics(database.sql, other, span())).toMatchObject({
    total: { submitted: 0, latency_ms: null },
    hours: [],
    destinations: [],
  });
  expect(await readProviderStatistics(database.sql, 'nobody', span())).toMatchObject({
    total: { submitted: 0, success_rate: null, errors: {}, margin_micros: 0 },
    hours: [],
  });
});

test('figures go when their months are over, the oldest first and no more than asked for, and what is younger stays', async () => {
  await database.query(
    `INSERT INTO provider_statistics (hour, provider, client_id, country, submitted)
     SELECT date_trunc('hour', now()) - age, 'ancient', gen_random_uuid(), 'DE', 1
     FROM unnest(ARRAY['13 months 1 hour', '14 months', '20 months', '13 months -2 hours', '1 day']::interval[]) age`,
  );
  const left = async () =>
    (
      await database.query<{ months: number }>(
        `SELECT round(extract(epoch FROM now() - hour) / 2629800)::int AS months
         FROM provider_statistics WHERE provider = 'ancient' ORDER BY hour`,
      )
    ).map(({ months }) => months);
  expect(await removeStatistics(database.sql, 13, 1)).toBe(1);
  expect(await left()).toEqual([14, 13, 13, 0]);
  expect(await removeStatistics(database.sql, 13, 1_000)).toBe(2);
  expect(await left()).toEqual([13, 0]);
  expect(await removeStatistics(database.sql, 13, 1_000)).toBe(0);
  expect((await readClientStatistics(database.sql, client, span())).total.submitted).toBe(3);
});
