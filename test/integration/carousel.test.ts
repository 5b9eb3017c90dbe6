import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { changeCarousel, listCarousels } from '#shared/adapters/carousel/change-carousel.ts';
import { logEmissions } from '#shared/adapters/carousel/log-emissions.ts';
import { readCarouselsToPlan, readClassLoads, storeCarouselPlans } from '#shared/adapters/carousel/plan-carousels.ts';
import { type CarouselRow, readCarousels } from '#shared/adapters/carousel/read-carousels.ts';
import { expireEmms } from '#shared/adapters/cas/emm-callbacks.ts';
import { readEmm } from '#shared/adapters/cas/read-emms.ts';
import { storeSealedEmms } from '#shared/adapters/cas/unsealed-emms.ts';
import { cycleEmms } from '../../lambdas/cycle-emms/cycle-emms.ts';
import { type Mux, startMux } from '../../local/mux/start-mux.ts';
import { type Stream, type StreamNeeds, startStream } from '../../mux-bridge/src/stream.ts';
import { createCasSystem, startTestKeys, type TestKeys, testCaSystemId } from '../support/cas.ts';
import { createClient } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { startTestLeases, type TestLeases } from '../support/leases.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
let keys: TestKeys;
let held: TestLeases;
let clientId: string;
let mux: Mux;
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  [database, keys, held] = await Promise.all([
    startTestDatabase({ migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)) }),
    startTestKeys(),
    startTestLeases(),
  ]);
});
afterAll(async () => {
  held?.stop();
  await Promise.all([database?.stop(), keys?.stop()]);
});
beforeEach(async () => {
  clientId = await createClient(database, { creditCents: 0 });
  await createCasSystem(database, keys.encryption, clientId);
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-carousel-'));
  mux = await startMux({ file: join(directory, 'emm.ts'), caSystemId: testCaSystemId });
  cleanups.push(() => rmSync(directory, { recursive: true }));
  cleanups.push(() => mux.stop());
  await database.query(
    `INSERT INTO carousels (id, client_id, name, output, settings) VALUES ($1, $2, 'main', 'mux', $3)`,
    [uuidV7(), clientId, JSON.stringify({ host: mux.host, port: mux.port })],
  );
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const carousel = async (): Promise<CarouselRow> => {
  const found = (await readCarousels(database.sql)).find(({ client_id }) => client_id === clientId);
  if (!found) throw new Error('There is no carousel');
  return found;
};

const start = async (given: Partial<StreamNeeds> = {}): Promise<Stream> => {
  const needs = { sql: database.sql, leases: held.leases, holder: uuidV7(), leaseSeconds: 4, ...given };
  const stream = startStream(await carousel(), needs);
  cleanups.push(() => stream.stop());
  return stream;
};

/** A section that can be told from every other one. */
const sectionOf = (id: string): Buffer => {
  const body = createHash('sha512').update(id).digest();
  return Buffer.concat([Buffer.of(0x84, 0x70, body.length), body]);
};

/** An EMM as it is after its sealing. */
const putOnAir = async (
  device: string,
  { revision = 1, seconds = 3_600, startsIn = 0 }: { revision?: number; seconds?: number; startsIn?: number } = {},
): Promise<string> => {
  const id = uuidV7();
  const [row] = await database.query<{ number: string }>(
    `INSERT INTO emms (id, client_id, class, device, kind, revision, epoch, starts_at, expires_at)
     VALUES ($1, $2, 'unique', $3, 'entitlements', $4, 1, now() + make_interval(secs => $5),
       now() + make_interval(secs => $6)) RETURNING number::text`,
    [id, clientId, device, revision, startsIn, seconds],
  );
  const section = sectionOf(id);
  const section_hash = createHash('sha256').update(section).digest('hex');
  await storeSealedEmms(database.sql, clientId, [
    { number: row?.number ?? '', section: section.toString('base64'), section_hash, emm_data: null },
  ]);
  return id;
};

const timesOf = (id: string, since = 0): number => {
  const section = sectionOf(id);
  return mux.provided.filter(({ at, datagram }) => at >= since && datagram.equals(section)).length;
};

const untilOnAir = (id: string, since = 0) => until(`${id} is on air`, () => timesOf(id, since) > 0);

test('an EMM is on air soon after it was sealed, and off it when it is replaced, withdrawn or over', async () => {
  const first = await putOnAir('1');
  await start();
  await untilOnAir(first);
  const second = await putOnAir('1', { revision: 2 });
  const other = await putOnAir('2');
  const short = await putOnAir('3', { seconds: 3 });
  const later = await putOnAir('4', { startsIn: 3 });
  const shortUntil = performance.now() + 3_000;
  expect(timesOf(later)).toBe(0);
  await Promise.all([second, other, short].map((id) => untilOnAir(id)));
  const since = performance.now();
  await untilOnAir(second, since);
  await untilOnAir(second, performance.now());
  expect(timesOf(first, since)).toBe(0);
  await changeCarousel(database.sql, clientId, (await carousel()).id, { withdraw: [other] });
  await untilOnAir(later);
  expect(performance.now()).toBeGreaterThan(shortUntil - 1_000);
  await until('the short one is over', () => performance.now() > shortUntil);
  const after = performance.now();
  await untilOnAir(later, after);
  expect([timesOf(short, after), timesOf(other, after)]).toEqual([0, 0]);
  expect(mux.faults).toEqual([]);
});

const letTell = (...types: readonly string[]) =>
  database.query(`UPDATE clients SET callback_url = 'https://example.com/hook', callback_types = $2 WHERE id = $1`, [
    clientId,
    types,
  ]);

const toldOf = () =>
  database.query<{ type: string; payload: Readonly<Record<string, unknown>> }>(
    'SELECT type, payload FROM callbacks WHERE client_id = $1 ORDER BY id',
    [clientId],
  );

test('a client is told once that an EMM is on air, however many carousels have sent it, and never of keys', async () => {
  await letTell('cas.emm.on_air');
  const [first, second, key] = [await putOnAir('1'), await putOnAir('2'), await putOnAir('3')];
  await database.query(`UPDATE emms SET kind = 'key-7' WHERE id = $1`, [key]);
  const { id } = await carousel();
  const at = new Date().toISOString();
  const sent = (...ids: readonly string[]) =>
    ids.map((emm_id) => ({ minute: at, emm_id, times: 1, first_at: at, last_at: at }));
  await Promise.all([
    logEmissions(database.sql, id, 1, 100, sent(second, key, first)),
    logEmissions(database.sql, uuidV7(), 1, 100, sent(first, second)),
  ]);
  await logEmissions(database.sql, id, 1, 100, sent(first));
  const told = await toldOf();
  expect(new Set(told.map(({ payload }) => payload.emm_id))).toEqual(new Set([first, second]));
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({
    type: 'cas.emm.on_air',
    payload: { class: 'unique', kind: 'entitlements', carousel_id: expect.any(String), request_id: null },
  });
  expect((await readEmm(database.sql, clientId, first))?.on_air_at).toBe(at);
  expect((await readEmm(database.sql, clientId, key))?.on_air_at).toBe(at);
});

test('a client is told once that an EMM has expired, and not of one that was replaced or withdrawn before', async () => {
  await letTell('cas.emm.expired');
  const replaced = await putOnAir('1');
  const [newest, withdrawn, later] = [await putOnAir('1', { revision: 2 }), await putOnAir('2'), await putOnAir('3')];
  await changeCarousel(database.sql, clientId, (await carousel()).id, { withdraw: [withdrawn] });
  const over = [replaced, newest, withdrawn];
  await database.query(`UPDATE emms SET expires_at = now() WHERE id = ANY ($1::uuid[])`, [over]);
  expect((await readClassLoads(database.sql)).find((load) => load.client_id === clientId)).toMatchObject({ emms: 1 });
  await Promise.all([expireEmms(database.sql, 10), expireEmms(database.sql, 10)]);
  expect(await expireEmms(database.sql, 10)).toBe(0);
  expect(await toldOf()).toMatchObject([
    { type: 'cas.emm.expired', payload: { emm_id: newest, device: '1', on_air_at: null } },
  ]);
  expect((await readEmm(database.sql, clientId, later))?.status).toBe('ON_AIR');
});

test('the log proves every emission, and what is written twice counts once', async () => {
  const id = await putOnAir('1');
  const stream = await start();
  await untilOnAir(id);
  await until('it was sent ten times', () => timesOf(id) >= 10);
  await stream.stop();
  const { id: carouselId } = await carousel();
  const read = () =>
    database.query<{ times: string; section_hash: string }>(
      'SELECT sum(times) AS times, section_hash FROM carousel_log WHERE carousel_id = $1 GROUP BY section_hash',
      [carouselId],
    );
  const section_hash = createHash('sha256').update(sectionOf(id)).digest('hex');
  expect(await read()).toEqual([{ times: `${timesOf(id)}`, section_hash }]);
  const [row] = await database.query<{
    minute: Date;
    first_at: Date;
    last_at: Date;
    times: number;
    generation: number;
  }>('SELECT * FROM carousel_log WHERE carousel_id = $1 LIMIT 1', [carouselId]);
  if (!row) throw new Error('It is not in the log');
  const again = {
    emm_id: id,
    times: row.times,
    minute: row.minute.toISOString(),
    first_at: row.first_at.toISOString(),
    last_at: row.last_at.toISOString(),
  };
  await logEmissions(database.sql, carouselId, row.generation, 100, [again]);
  expect(await read()).toEqual([{ times: `${timesOf(id)}`, section_hash }]);
});

test('an emitter that cannot renew its lease has closed its connection before another opens one', async () => {
  const id = await putOnAir('1');
  // From the second call on nothing comes back, as when the network is cut.
  let calls = 0;
  const throughOnce = <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) => {
    return (...given: Given): Promise<Result> => {
      calls += 1;
      return calls > 2 ? new Promise<never>(() => undefined) : call(...given);
    };
  };
  const { acquire, renew, release } = held.leases;
  const cut = { acquire: throughOnce(acquire), renew: throughOnce(renew), release };
  const dying = startStream(await carousel(), {
    sql: database.sql,
    leases: cut,
    holder: uuidV7(),
    leaseSeconds: 4,
  });
  await untilOnAir(id);
  expect(dying.isActive).toBe(true);
  const standby = await start();
  expect(standby.isActive).toBe(false);
  let most = 0;
  const watching = setInterval(() => {
    most = Math.max(most, mux.connections);
  }, 5);
  await until('the standby emits', () => mux.provided.at(-1)?.connection === 2);
  clearInterval(watching);
  expect(most).toBe(1);
  const lastOfFirst = mux.provided.findLast(({ connection }) => connection === 1)?.at ?? 0;
  const firstOfSecond = mux.provided.find(({ connection }) => connection === 2)?.at ?? 0;
  expect(firstOfSecond).toBeGreaterThan(lastOfFirst);
  expect(firstOfSecond - lastOfFirst).toBeLessThan(10_000);
  expect(standby.isActive).toBe(true);
});

test('a carousel that is paused is silent and connected, and one that is given less bandwidth keeps to it', async () => {
  const id = await putOnAir('1');
  const stream = await start();
  await untilOnAir(id);
  const { id: carouselId } = await carousel();
  const paused = await changeCarousel(database.sql, clientId, carouselId, { is_paused: true });
  expect(paused?.status).toBe('PAUSED');
  stream.change(await carousel());
  const since = performance.now();
  await until('a second has passed', () => performance.now() > since + 1_000);
  expect([timesOf(id, since), mux.connections]).toEqual([0, 1]);
  await changeCarousel(database.sql, clientId, carouselId, { is_paused: false, bandwidth_kbit_s: 20 });
  stream.change(await carousel());
  await until('less is allocated', () => stream.allocation === 20);
  await untilOnAir(id, since);
});

test('the plan has what is on air, and another client sees and changes nothing', async () => {
  const id = await putOnAir('1');
  await putOnAir('2', { startsIn: 600 });
  const world = {
    now: () => new Date(),
    readCarousels: () => readCarouselsToPlan(database.sql),
    readLoads: () => readClassLoads(database.sql),
    store: (plans: Parameters<typeof storeCarouselPlans>[1]) => storeCarouselPlans(database.sql, plans),
  };
  await cycleEmms(world);
  expect(await listCarousels(database.sql, clientId)).toMatchObject([
    { status: 'SILENT', on_air_seconds: null, emms: { unique: 1, shared: 0, global: 0 } },
  ]);
  const stream = await start();
  await untilOnAir(id);
  await stream.stop();
  await cycleEmms(world);
  const [view] = await listCarousels(database.sql, clientId);
  expect(view).toMatchObject({ status: 'ON_AIR', cycle_seconds: expect.closeTo(67 / 12_168, 3) });
  expect(view?.on_air_seconds).toBeLessThan(3);
  const stranger = await createClient(database, { creditCents: 0 });
  expect(await changeCarousel(database.sql, stranger, view?.id ?? '', { withdraw: [id] })).toBeNull();
  const [{ withdrawn_at } = { withdrawn_at: 'missing' }] = await database.query<{ withdrawn_at: unknown }>(
    'SELECT withdrawn_at FROM emms WHERE id = $1',
    [id],
  );
  expect(withdrawn_at).toBeNull();
});
