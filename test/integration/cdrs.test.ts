import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import { dueHours, markCdrHour, readCdrHour } from '#shared/adapters/cdr/cdr-exports.ts';
import { countCdrs, readCdrs } from '#shared/adapters/cdr/read-cdrs.ts';
import { eraseSome, requestErasure } from '#shared/adapters/erasures.ts';
import { readProviderStatistics } from '#shared/adapters/read-statistics.ts';
import { sumHour } from '#shared/adapters/sum-statistics.ts';
import { cdrColumns, cdrHeader } from '#shared/domain/cdr/cdr-line.ts';
import { type CdrManifest, manifestKey, sha256Of } from '#shared/domain/cdr/cdr-manifest.ts';
import { exportCdrs, exportHour, type Office } from '../../lambdas/export-cdrs/export-cdrs.ts';
import { settleOutcomes } from '../../lambdas/settle-outcomes/settle-outcomes.ts';
import { createClient, newMessage } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { asReport, booksOf, type Said, sayOutcome, sayReceipt } from '../support/settle-worker.ts';

const hourMs = 3_600_000;
/** What happens here happens in the last hour that is over, so that it is settled and the clock is of no matter. */
const hour = new Date(Math.floor(Date.now() / hourMs - 1) * hourMs);
const later = (hours: number) => new Date(hour.getTime() + (1 + hours) * hourMs);
const lookHours = [3, 26, 264];
const settings = { lookHours, linesPerObject: 3 };
const person = '491700000999';

let database: TestDatabase;
let client: string;
let seconds = 0;

beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations/', import.meta.url)),
  });
  client = await createClient(database, { creditCents: 100_000, partPriceCents: 7 });
  await database.query(`INSERT INTO provider_prices VALUES ('primary', '', 60000), ('primary', '49', 6500)`);
  // The first message there ever was.
  await database.query(`INSERT INTO message_events (message_id, type) VALUES (uuid_v7_floor($1), 'QUEUED')`, [
    later(-50),
  ]);
});
afterAll(() => database?.stop());

/** A bucket, and a clerk who dies when he is told to. */
const createBucket = () => {
  const objects = new Map<string, Buffer>();
  const puts: string[] = [];
  let stepsLeft = Number.POSITIVE_INFINITY;
  const step = (): void => {
    if (stepsLeft-- <= 0) throw new Error('killed');
  };
  const office = (now: Date, linesAtOnce: number, isLate = () => false): Office => ({
    now: () => now,
    take: (each) => readCdrHour(database.sql, each),
    count: (each) => countCdrs(database.sql, each),
    read: (each, after) => readCdrs(database.sql, each, after, linesAtOnce),
    put: async (key, body) => {
      step();
      objects.set(key, body);
      puts.push(key);
    },
    mark: async (mark) => {
      step();
      await markCdrHour(database.sql, mark);
    },
    isLate,
  });
  return {
    ...{ objects, puts, office },
    dieAfter: (steps: number) => {
      stepsLeft = steps;
    },
  };
};
type Bucket = ReturnType<typeof createBucket>;

interface Line {
  readonly [column: string]: string;
}

const linesOf = ({ objects }: Bucket): Line[] =>
  [...objects]
    .filter(([key]) => key.endsWith('.csv.gz'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, body]) => {
      const [header, ...records] = gunzipSync(body).toString('utf8').trimEnd().split('\r\n');
      expect(`${header}\r\n`).toBe(cdrHeader);
      const lines = records.map((record) =>
        Object.fromEntries(record.split(',').map((field, i) => [cdrColumns[i] ?? '', field])),
      );
      for (const line of lines) expect(key).toContain(`/provider=${line.provider}/`);
      return lines;
    });

const manifestIn = ({ objects }: Bucket): CdrManifest => {
  return JSON.parse(objects.get(manifestKey(hour))?.toString('utf8') ?? '{}') as CdrManifest;
};

const keyOf = ({ message_id, part, attempt }: Line) => `${message_id} ${part} ${attempt}`;
const sum = (lines: readonly Line[], column: string) => lines.reduce((total, line) => total + Number(line[column]), 0);

/** A moment of the hour, each later than the one before. */
const moment = () => new Date(hour.getTime() + 1_000 * ++seconds).toISOString();
const settle = (...said: Said[]) => settleOutcomes(booksOf(database), [asReport(said)]);

const send = async (recipient: string, parts = 1): Promise<string> => {
  const message = newMessage(client, { recipient, country: 'DE', parts });
  expect(await acceptMessage(database.sql, message)).toMatchObject({ outcome: 'accepted' });
  await claim(message.id, 1);
  return message.id;
};
const claim = async (id: string, attempt: number) => {
  await database.query(`UPDATE messages SET state = 'SENDING', attempt = $2 WHERE id = $1`, [id, attempt]);
  await database.query(`UPDATE message_parts SET state = 'SENDING', attempt = $2 WHERE message_id = $1`, [id, attempt]);
};
const submitted = (message_id: string, smsc_message_id: string | null, given: object = {}) =>
  sayOutcome(
    {
      ...{ type: 'PartSubmitted', message_id, attempt: 1, part: 1, at: moment(), smsc_message_id, late: false },
      ...given,
    },
    smsc_message_id,
  );

/** What the database says was taken: the truth that files are held against. */
const taken = async () =>
  (
    await database.query<{ key: string }>(
      `SELECT concat_ws(' ', message_id, part, attempt) AS key FROM message_events
       WHERE type = 'SUBMITTED' AND at >= $1 AND at < $2 ORDER BY at, message_id, number`,
      [hour, later(0)],
    )
  ).map(({ key }) => key);

const expectComplete = async (bucket: Bucket) => {
  const lines = linesOf(bucket);
  expect(lines.map(keyOf).sort()).toEqual((await taken()).sort());
  const manifest = manifestIn(bucket);
  expect(manifest).toMatchObject({
    hour: hour.toISOString(),
    lines: lines.length,
    cost_micros: sum(lines, 'cost_micros'),
    price_cents: sum(lines, 'price_cents'),
    captured_cents: sum(lines, 'captured_cents'),
  });
  for (const { key, sha256 } of manifest.objects)
    expect(sha256Of(gunzipSync(bucket.objects.get(key) ?? Buffer.alloc(0)).toString('utf8'))).toBe(sha256);
  return lines;
};

const bucket = createBucket();
let long: string;
let twice: string;

test('every part that a provider took is one line, whatever the pages and objects are cut into', async () => {
  long = await send('491700000001', 4);
  twice = await send('441700000001');
  await settle(
    ...[1, 2, 3, 4].map((part) => submitted(long, `long-${part}`, { part })),
    submitted(await send('491700000002'), 'two'),
    submitted(await send('491700000003'), null),
    submitted(await send(person), '=ABC'),
    sayOutcome({
      type: 'PartUnknown',
      message_id: twice,
      attempt: 1,
      part: 1,
      at: moment(),
      reason: 'response-timeout',
    }),
  );
  await claim(twice, 2);
  await settle(submitted(twice, 'second', { attempt: 2 }));
  await settle(submitted(twice, 'first', { late: true }));
  const texts = new Set<string>();
  for (const [linesAtOnce, linesPerObject] of [
    [1, 1],
    [2, 3],
    [3, 3],
    [5, 100],
    [100, 4],
    [100, 100],
  ] as const) {
    const other = createBucket();
    expect(
      await exportHour(other.office(later(-1), linesAtOnce), hour, { lookHours, linesPerObject }, true),
    ).toMatchObject({
      outcome: 'written',
    });
    const lines = await expectComplete(other);
    expect(lines).toHaveLength(9);
    texts.add(JSON.stringify(lines));
  }
  expect(texts.size).toBe(1);
  expect(JSON.parse([...texts][0] ?? '[]')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        message_id: long,
        part: '4',
        parts: '4',
        tariff_prefix: '49',
        cost_micros: '6500',
        system_id: 'signalbox',
      }),
      expect.objectContaining({
        message_id: twice,
        attempt: '1',
        tariff_prefix: '',
        cost_micros: '60000',
        possible_duplicate: 'true',
      }),
      expect.objectContaining({
        destination_addr: person,
        smsc_message_id: "'=ABC",
        receipt_state: '',
        captured_cents: '0',
      }),
    ]),
  );
});

test('it may die before any of its steps: done again, the objects are the same octets and the hour is whole', async () => {
  await database.query('DELETE FROM cdr_exports');
  const whole = createBucket();
  await exportHour(whole.office(later(3), 2), hour, settings);
  const steps = whole.puts.length + 1;
  expect(steps).toBe(5);
  for (let died = 0; died < steps; died++) {
    await database.query('DELETE FROM cdr_exports');
    const other = createBucket();
    other.dieAfter(died);
    await expect(exportHour(other.office(later(3), 2), hour, settings)).rejects.toThrow('killed');
    other.dieAfter(Number.POSITIVE_INFINITY);
    await exportHour(other.office(later(5), 3), hour, settings);
    expect(other.objects).toEqual(whole.objects);
  }
  expect(await readCdrHour(database.sql, hour)).toMatchObject({ last: { edition: 1 } });
});

test('hours come when they are old enough, each is looked at again in its time, and one without news is not written again', async () => {
  await database.query('DELETE FROM cdr_exports');
  const due = (now: Date) => dueHours(database.sql, { now, firstLookHours: 3, backHours: 264, limit: 1_000 });
  expect(await due(new Date(later(3).getTime() - 1))).not.toContainEqual(hour);
  const [before, first, ...more] = (await due(later(3))).slice(-2);
  expect([before, first, more]).toEqual([later(-2), hour, []]);
  const early = await due(later(3));
  expect(await exportCdrs(bucket.office(later(3), 2), early, settings)).toEqual({
    ...{ written: early.length, unchanged: 0, kept: 0, lines: 9, isCutShort: false },
  });
  expect(await due(later(3))).toEqual([]);
  const { length } = bucket.puts;
  // New hours first; then those whose second look has come.
  expect(await due(later(26))).toEqual([...Array.from({ length: 23 }, (_, i) => later(i)), ...early.slice(-23)]);
  expect(await exportHour(bucket.office(later(26), 2), hour, settings)).toEqual({ outcome: 'unchanged' });
  expect(bucket.puts).toHaveLength(length);
  await exportHour(bucket.office(later(400), 2), hour, settings);
  expect(await due(later(400))).not.toContainEqual(hour);
});

test('a late receipt, a late capture and a part that is reported late are in the next edition, once', async () => {
  await settle(
    sayReceipt('FIRST', 'UNDELIVERABLE', '441700000001'),
    ...[1, 2, 3, 4].map((part) => sayReceipt(`long-${part}`, 'DELIVERED', '491700000001')),
    sayReceipt('second', 'DELIVERED', '441700000001'),
    sayReceipt('two', 'ENROUTE', '491700000002'),
  );
  await settle(submitted(await send('491700000004'), 'late', { at: new Date(hour.getTime() + 500).toISOString() }));
  const before = linesOf(bucket);
  const result = await exportHour(bucket.office(later(26), 2), hour, settings);
  expect(result).toMatchObject({ outcome: 'written', manifest: { edition: 2, lines: 10 } });
  const lines = await expectComplete(bucket);
  expect(lines).toHaveLength(before.length + 1);
  expect(lines[0]).toMatchObject({ smsc_message_id: 'late' });
  const ofTwice = lines.filter(({ message_id }) => message_id === twice);
  expect(ofTwice).toMatchObject([
    { attempt: '2', smsc_message_id: 'second', receipt_state: 'DELIVERED' },
    { attempt: '1', smsc_message_id: 'first', receipt_state: 'UNDELIVERABLE', captured_cents: '0' },
  ]);
  expect(lines.filter(({ message_id }) => message_id === long)).toMatchObject(
    Array.from({ length: 4 }, () => ({ part_state: 'DELIVERED', receipt_state: 'DELIVERED', captured_cents: '7' })),
  );
  expect(lines.find(({ smsc_message_id }) => smsc_message_id === 'two')).toMatchObject({ receipt_state: 'ENROUTE' });
});

test('a price or an account that is changed is not that of what was taken before', async () => {
  const before = linesOf(bucket);
  await database.query(`UPDATE provider_prices SET part_cost_micros = 1 WHERE provider = 'primary'`);
  await database.query(`INSERT INTO provider_prices VALUES ('primary', '4917', 2)`);
  await database.query(`DELETE FROM provider_prices WHERE provider = 'primary' AND prefix = '49'`);
  await database.query(`UPDATE providers SET settings = '{"system_id": "renamed"}' WHERE name = 'primary'`);
  expect(await exportHour(bucket.office(later(26), 2), hour, settings)).toEqual({ outcome: 'unchanged' });
  expect(linesOf(bucket)).toEqual(before);
});

test('sums agree with the statistics of the provider and with the ledger', async () => {
  const current = new Date(hour.getTime() + hourMs);
  for (const each of [hour, current]) await sumHour(database.sql, each);
  const lines = linesOf(bucket);
  const span = { from: hour, to: new Date(current.getTime() + hourMs) };
  const { total } = await readProviderStatistics(database.sql, 'primary', span);
  expect(total).toMatchObject({
    submitted: lines.length,
    cost_micros: sum(lines, 'cost_micros'),
    price_cents: sum(lines, 'captured_cents'),
  });
  const [ledger] = await database.query<{ cents: string }>(
    `SELECT sum(amount_cents) AS cents FROM ledger_entries WHERE kind = 'CAPTURE'`,
  );
  expect(Number(ledger?.cents)).toBe(sum(lines, 'captured_cents'));
});

test('a recipient who is erased leaves the files too, and what it cost stays', async () => {
  const before = linesOf(bucket);
  await database.query(`UPDATE messages SET state = 'DELIVERED' WHERE recipient = $1`, [person]);
  const id = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf9';
  await requestErasure(database.sql, { id, clientId: client, msisdn: person });
  expect(await eraseSome(database.sql, 100)).toBe(1);
  const now = new Date();
  const due = await dueHours(database.sql, { now, firstLookHours: 3, backHours: 264, limit: 1_000 });
  expect(due).toContainEqual(hour);
  expect(await exportHour(bucket.office(later(500), 2), hour, settings)).toMatchObject({ outcome: 'written' });
  const lines = await expectComplete(bucket);
  expect(JSON.stringify(lines)).not.toContain(person);
  const erased = lines.find(({ destination_addr }) => destination_addr === '');
  expect(erased).toMatchObject({ smsc_message_id: "'=ABC", tariff_prefix: '49', cost_micros: '6500' });
  expect(sum(lines, 'cost_micros')).toBe(sum(before, 'cost_micros'));
});

test('who asks for an hour anew while it is written still gets it', async () => {
  const office = bucket.office(later(500), 2);
  const asked = async () => {
    await database.query(`UPDATE cdr_exports SET next_look_at = '2020-01-01T00:00:00Z' WHERE hour = $1`, [hour]);
  };
  const busy: Office = {
    ...office,
    read: async (each, after) => {
      await asked();
      return office.read(each, after);
    },
  };
  await exportHour(busy, hour, settings);
  const due = await dueHours(database.sql, { now: new Date(), firstLookHours: 3, backHours: 264, limit: 1_000 });
  expect(due).toContainEqual(hour);
});

test('a database that was set back takes nothing out of the files', async () => {
  const before = new Map(bucket.objects);
  await database.query(`DELETE FROM message_events WHERE type = 'SUBMITTED' AND message_id = $1`, [long]);
  expect(await exportHour(bucket.office(later(600), 2), hour, settings)).toEqual({
    outcome: 'kept',
    provider: 'primary',
  });
  expect(bucket.objects).toEqual(before);
  expect((await readCdrHour(database.sql, hour)).last?.objects).toEqual(manifestIn(bucket).objects);
});

test('what there is no time for is left to the next run; an hour that never fits is an error', async () => {
  let reads = 0;
  const office = bucket.office(later(3), 2, () => reads++ > 0);
  const empty = [later(-100), later(-99)];
  expect(await exportCdrs(office, empty, settings)).toMatchObject({ written: 1, isCutShort: true });
  reads = 1;
  await expect(exportCdrs(office, empty, settings)).rejects.toThrow('do not fit into one run');
});
