import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cancelMessage } from '#shared/adapters/cancel-message.ts';
import { changeCarousel, readCarousel } from '#shared/adapters/carousel/change-carousel.ts';
import { acceptEmmMessages, readDueEmms, readSmsCarousels } from '#shared/adapters/carousel/emm-messages.ts';
import { readCarouselsToPlan, storeCarouselPlans } from '#shared/adapters/carousel/plan-carousels.ts';
import { readCarousels } from '#shared/adapters/carousel/read-carousels.ts';
import { settleEmmMessages } from '#shared/adapters/carousel/settle-emm-messages.ts';
import { readEmm } from '#shared/adapters/cas/read-emms.ts';
import { removeCas } from '#shared/adapters/cas/remove-cas.ts';
import { storeSealedEmms } from '#shared/adapters/cas/unsealed-emms.ts';
import { recordOutcomes } from '#shared/adapters/record-outcomes.ts';
import { type SenderWorld, sendEmms } from '../../lambdas/cycle-emms/send-emms.ts';
import { createClient } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let clientId: string;
let carouselId: string;

beforeAll(async () => {
  const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
  database = await startTestDatabase({ migrationsDirectory });
});
afterAll(() => database?.stop());

const makeCarousel = async (client: string, settings: object = {}): Promise<string> => {
  const id = uuidV7();
  await database.query(`INSERT INTO carousels (id, client_id, name, output, settings) VALUES ($1, $2, $3, 'sms', $4)`, [
    id,
    client,
    `sms-${id}`,
    JSON.stringify(settings),
  ]);
  return id;
};
const setUp = async (creditCents: number, settings: object = {}): Promise<void> => {
  clientId = await createClient(database, { creditCents });
  await database.query('INSERT INTO cas_systems (client_id, ca_system_id) VALUES ($1, 18945)', [clientId]);
  carouselId = await makeCarousel(clientId, settings);
};
beforeEach(async () => {
  await database.query('DELETE FROM carousels');
  await setUp(1_000);
});

const putCard = (card: string, owner: string | null) =>
  database.query('INSERT INTO cas_cards (client_id, card, device_key, owner) VALUES ($1, $2, $3, $4)', [
    clientId,
    card,
    'x',
    owner,
  ]);

interface Given {
  readonly class?: string;
  readonly revision?: number;
  readonly seconds?: number;
  readonly startsIn?: number;
  readonly octets?: number;
}

/** An EMM as it is after its sealing. */
const putEmm = async (device: string, given: Given = {}): Promise<string> => {
  const id = uuidV7();
  const { revision = 1, seconds = 86_400, startsIn = 0, octets = 100 } = given;
  const [row] = await database.query<{ number: string }>(
    `INSERT INTO emms (id, client_id, class, device, kind, revision, epoch, starts_at, expires_at)
     VALUES ($1, $2, $3, $4, 'entitlements', $5, 1, now() + make_interval(secs => $6), now() + make_interval(secs => $7))
     RETURNING number::text`,
    [id, clientId, given.class ?? 'unique', device, revision, startsIn, seconds],
  );
  const section = randomBytes(octets);
  const section_hash = createHash('sha256').update(section).digest('hex');
  await storeSealedEmms(database.sql, clientId, [
    { number: row?.number ?? '', section: section.toString('base64'), section_hash, emm_data: null },
  ]);
  return id;
};

let cards = 0;
/** A card with an owner, and an EMM for it. */
const putOwned = async (given: Given = {}): Promise<{ emm: string; card: string; owner: string }> => {
  cards += 1;
  const [card, owner] = [`${10_000_000 + cards}`, `4917000${50_000 + cards}`];
  await putCard(card, owner);
  return { emm: await putEmm(card, given), card, owner };
};

const worldAt = (given: Partial<SenderWorld> = {}): SenderWorld => ({
  now: () => new Date(),
  newId: () => uuidV7(),
  readCarousels: () => readSmsCarousels(database.sql),
  readDue: (carousel, pace) => readDueEmms(database.sql, carousel, pace),
  accept: (carousel, messages) => acceptEmmMessages(database.sql, carousel, messages),
  settle: (limit) => settleEmmMessages(database.sql, limit),
  store: (plans) => storeCarouselPlans(database.sql, plans),
  isLate: () => false,
  ...given,
});
const cycle = (given: Partial<SenderWorld> = {}) => sendEmms(worldAt(given));

interface MessageRow {
  readonly id: string;
  readonly recipient: string;
  readonly body: string;
  readonly udh_hex: string;
  readonly parts: number;
  readonly state: string;
  readonly reference: string;
  readonly valid: number;
}

const messages = () =>
  database.query<MessageRow>(
    `SELECT id, recipient, body, udh_hex, parts, state, reference,
       extract(epoch FROM expires_at - created_at)::integer AS valid
     FROM messages WHERE client_id = $1 ORDER BY id`,
    [clientId],
  );
const notes = () =>
  database.query<{ repetition: number; message_id: string | null; problem: string | null; settled: boolean }>(
    `SELECT repetition, message_id, problem, settled_at IS NOT NULL AS settled FROM emm_messages
     WHERE carousel_id = $1 ORDER BY emm_id, repetition`,
    [carouselId],
  );
const held = async () =>
  (
    await database.query<{ held: string; credit: string }>(
      `SELECT (SELECT coalesce(sum(held_cents - released_cents), 0) FROM credit_locks WHERE client_id = $1) AS held, credit_cents AS credit
       FROM clients WHERE id = $1`,
      [clientId],
    )
  ).map((row) => [Number(row.held), Number(row.credit)])[0];
/** As if that had been so much earlier. */
const letPass = (minutes: number) =>
  database.query('UPDATE emm_messages SET created_at = created_at - make_interval(mins => $2) WHERE carousel_id = $1', [
    carouselId,
    minutes,
  ]);
const submit = (id: string, parts: number) =>
  recordOutcomes(
    database.sql,
    Array.from({ length: parts }, (_, part) => ({
      type: 'PartSubmitted' as const,
      message_id: id,
      attempt: 1,
      part: part + 1,
      at: new Date().toISOString(),
      provider: 'demo',
      smsc_message_id: `${id}-${part}`,
      as_decimal: null,
      as_hexadecimal: null,
      error: null,
      retry: false,
    })),
    [],
  );

test('an EMM goes to its card’s owner as a binary message to a port, byte for byte, paid for as any other', async () => {
  const { emm, owner } = await putOwned();
  await cycle();
  const [message] = await messages();
  const [row] = await database.query<{ hex: string }>(
    `SELECT encode(decode(encrypted_emm, 'base64'), 'hex') AS hex FROM emms WHERE id = $1`,
    [emm],
  );
  expect(message).toMatchObject({ recipient: owner, parts: 1, state: 'SCHEDULED', reference: `emm-${emm}` });
  expect([message?.body, message?.udh_hex]).toEqual([row?.hex, '0605043e803e80']);
  expect(await held()).toEqual([5, 995]);
});

test('one that is longer than a short message is sent and paid for in parts', async () => {
  await putOwned({ octets: 250 });
  await cycle();
  expect(await messages()).toMatchObject([{ parts: 2 }]);
  expect(await held()).toEqual([10, 990]);
});

test('what no telephone is addressed by, or is for many cards, or has not begun, is not sent', async () => {
  await putCard('20000001', null);
  await putEmm('20000001');
  await putEmm('20000009');
  await putEmm('7', { class: 'shared' });
  await putEmm('', { class: 'global' });
  await putOwned({ startsIn: 600 });
  await putOwned({ seconds: 60 });
  expect(await cycle()).toEqual({ accepted: 0, refused: 0 });
  expect(await messages()).toEqual([]);
});

test('however often and by how many it is run, each repetition is one message, and there are as many as were wanted', async () => {
  await database.query(`UPDATE carousels SET settings = '{"repetitions": 3, "spacing_minutes": 10}'`);
  const { emm } = await putOwned();
  await putOwned();
  await Promise.all([cycle(), cycle(), cycle(), cycle()]);
  await cycle();
  expect(await messages()).toHaveLength(2);
  await letPass(9);
  await cycle();
  expect(await messages()).toHaveLength(2);
  for (const after of [4, 6, 6]) {
    await letPass(10);
    await Promise.all([cycle(), cycle()]);
    expect(await messages()).toHaveLength(after);
  }
  expect((await messages()).filter(({ reference }) => reference === `emm-${emm}`)).toHaveLength(3);
  expect((await notes()).map(({ repetition }) => repetition)).toEqual([1, 2, 3, 1, 2, 3]);
  expect(await held()).toEqual([30, 970]);
});

test('a run that dies after its messages were accepted is not made up for by another message', async () => {
  await putOwned();
  const died = cycle({
    accept: async (carousel, given) => {
      await acceptEmmMessages(database.sql, carousel, given);
      throw new Error('The answer was lost');
    },
  });
  await expect(died).rejects.toThrow('Some carousels');
  expect(await cycle()).toEqual({ accepted: 0, refused: 0 });
  expect(await messages()).toHaveLength(1);
  expect(await notes()).toMatchObject([{ repetition: 1, settled: false }]);
});

test('what was read before is not accepted once it is replaced, withdrawn, another’s or late, or the carousel paused', async () => {
  const [replaced, withdrawn, moved, kept] = [await putOwned(), await putOwned(), await putOwned(), await putOwned()];
  const readThen = (change: () => Promise<unknown>) =>
    cycle({
      readDue: async (carousel, pace) => {
        const due = await readDueEmms(database.sql, carousel, pace);
        await change();
        return due;
      },
    });
  const sent = async () => (await messages()).map(({ reference }) => reference);
  await readThen(async () => {
    await putEmm(replaced.card, { revision: 2 });
    await changeCarousel(database.sql, clientId, carouselId, { withdraw: [withdrawn.emm] });
    await database.query(`UPDATE cas_cards SET owner = '4917000999' WHERE card = $1`, [moved.card]);
  });
  expect(await sent()).toEqual([`emm-${kept.emm}`]);
  await readThen(() => changeCarousel(database.sql, clientId, carouselId, { is_paused: true }));
  await changeCarousel(database.sql, clientId, carouselId, { is_paused: false });
  const stale = worldAt({
    readDue: async (...given) =>
      (await readDueEmms(database.sql, ...given)).map((due) => ({ ...due, at: new Date(0) })),
  });
  expect(await sendEmms(stale)).toEqual({ accepted: 0, refused: 0 });
  expect(await sent()).toHaveLength(1);
  await cycle();
  expect(await sent()).toHaveLength(3);
  expect(await sent()).not.toContain(`emm-${replaced.emm}`);
  expect(await sent()).not.toContain(`emm-${withdrawn.emm}`);
});

test('a message ends with its EMM, its window, or the next repetition, whichever is first', async () => {
  await putOwned({ seconds: 600 });
  await cycle();
  await putOwned();
  await cycle();
  const minute = (ahead: number) => new Date(Date.now() + ahead * 60_000).toISOString().slice(11, 16);
  const classes = { unique: { windows: [{ from: minute(-10), until: minute(60) }] } };
  await changeCarousel(database.sql, clientId, carouselId, { classes });
  await putOwned();
  await cycle();
  const [ofEmm, ofSpacing, ofWindow] = (await messages()).map(({ valid }) => valid);
  expect(ofEmm).toBeGreaterThan(560);
  expect(ofEmm).toBeLessThanOrEqual(600);
  expect(ofSpacing).toBeGreaterThanOrEqual(360 * 60);
  expect(ofSpacing).toBeLessThanOrEqual(360 * 60 + 20);
  expect(ofWindow).toBeLessThanOrEqual(3_600);
  expect(ofWindow).toBeGreaterThan(3_400);
});

test('nothing is sent outside the windows, nor while paused', async () => {
  await putOwned();
  const minute = (ahead: number) => new Date(Date.now() + ahead * 60_000).toISOString().slice(11, 16);
  const closed = { unique: { windows: [{ from: minute(120), until: minute(240) }] } };
  await changeCarousel(database.sql, clientId, carouselId, { classes: closed });
  await cycle();
  await changeCarousel(database.sql, clientId, carouselId, { classes: {}, is_paused: true });
  await cycle();
  expect(await messages()).toEqual([]);
  await changeCarousel(database.sql, clientId, carouselId, { is_paused: false });
  await cycle();
  expect(await messages()).toHaveLength(1);
});

test('no more is sent within a minute than the carousel may', async () => {
  await database.query(`UPDATE carousels SET settings = '{"emms_per_minute": 3}'`);
  for (let emm = 0; emm < 5; emm += 1) await putOwned();
  await cycle();
  const [row] = await database.query<{ most: number }>(
    `SELECT max(n)::integer AS most FROM (SELECT count(*) AS n FROM emm_messages WHERE carousel_id = $1
       GROUP BY date_trunc('minute', created_at)) t`,
    [carouselId],
  );
  expect(row?.most).toBeLessThanOrEqual(3);
  await letPass(1);
  await cycle();
  expect(await messages()).toHaveLength(5);
});

test('who has opted out or has no credit is noted once, told of, and keeps no other from being sent to', async () => {
  await setUp(7, { repetitions: 2, spacing_minutes: 10 });
  const [opted, first] = [await putOwned(), await putOwned(), await putOwned()];
  await database.query('INSERT INTO opt_outs (client_id, msisdn) VALUES ($1, $2)', [clientId, opted.owner]);
  expect(await cycle()).toEqual({ accepted: 1, refused: 2 });
  expect(await cycle()).toEqual({ accepted: 0, refused: 0 });
  expect(await messages()).toMatchObject([{ recipient: first.owner }]);
  expect(await held()).toEqual([5, 2]);
  expect((await readCarousel(database.sql, clientId, carouselId))?.problems).toEqual([
    { code: 'credit.insufficient', emms: 1, last_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) },
    { code: 'recipient.opted_out', emms: 1, last_at: expect.any(String) },
  ]);
  await letPass(10);
  await database.query('UPDATE clients SET credit_cents = 100 WHERE id = $1', [clientId]);
  expect(await cycle()).toEqual({ accepted: 2, refused: 1 });
});

test('a carousel that cannot send keeps no other from it, and that is a fault', async () => {
  const broken = await makeCarousel(clientId, { repetitions: 99 });
  await putOwned();
  await expect(cycle()).rejects.toThrow('Some carousels');
  expect(await notes()).toHaveLength(1);
  await database.query('DELETE FROM carousels WHERE id = $1', [broken]);
});

test('it is on air when SMSCs have taken all of it, and the log has it once', async () => {
  const { emm } = await putOwned({ octets: 250 });
  await cycle();
  const [message] = await messages();
  if (!message) throw new Error('There is no message');
  await cycle();
  expect((await readEmm(database.sql, clientId, emm))?.on_air_at).toBeNull();
  await submit(message.id, 1);
  await cycle();
  expect((await readEmm(database.sql, clientId, emm))?.on_air_at).toBeNull();
  await submit(message.id, 2);
  await Promise.all([cycle(), cycle()]);
  await cycle();
  expect(
    await database.query(
      `SELECT l.times, l.section_hash = e.section_hash AS same, e.on_air_at = l.first_at AS since
       FROM carousel_log l JOIN emms e ON e.id = l.emm_id WHERE l.carousel_id = $1`,
      [carouselId],
    ),
  ).toEqual([{ times: 1, same: true, since: true }]);
  expect(await notes()).toMatchObject([{ problem: null, settled: true }]);
  expect(await readCarousel(database.sql, clientId, carouselId)).toMatchObject({
    status: 'ON_AIR',
    emms: { unique: 1 },
    on_air_seconds: null,
    problems: [],
  });
});

test('what has not gone when its EMM is withdrawn is taken back, and its hold too; what came to nothing is told of', async () => {
  const [gone, failed] = [await putOwned(), await putOwned()];
  await cycle();
  await changeCarousel(database.sql, clientId, carouselId, { withdraw: [gone.emm] });
  const failing = (await messages()).find(({ reference }) => reference === `emm-${failed.emm}`);
  await database.query(`UPDATE messages SET state = 'FAILED_PERM', final_at = now() WHERE id = $1`, [failing?.id]);
  await cycle();
  await cycle();
  const states = (await messages()).map(({ reference, state }) => [reference, state]);
  expect(states).toContainEqual([`emm-${gone.emm}`, 'CANCELLED']);
  expect((await notes()).map(({ problem, settled }) => [problem, settled])).toEqual([
    [null, true],
    ['message.failed', true],
  ]);
  expect((await held())?.[1]).toBe(995);
  const [message] = await messages();
  const again = { clientId, id: message?.id ?? '', correlationId: 'test' };
  expect(await cancelMessage(database.sql, again)).toEqual({ outcome: 'cancelled' });
});

test('what was noted goes with its EMM, and not before', async () => {
  const [over, kept] = [await putOwned(), await putOwned()];
  await cycle();
  await database.query(`UPDATE emms SET expires_at = now() - interval '91 days' WHERE id = $1`, [over.emm]);
  await removeCas(database.sql, 100);
  const left = await database.query<{ emm_id: string }>('SELECT emm_id FROM emm_messages WHERE carousel_id = $1', [
    carouselId,
  ]);
  expect(left).toEqual([{ emm_id: kept.emm }]);
});

test('it is no stream: nothing is emitted or planned for it', async () => {
  expect((await readCarousels(database.sql)).map(({ id }) => id)).not.toContain(carouselId);
  expect((await readCarouselsToPlan(database.sql)).map(({ id }) => id)).not.toContain(carouselId);
});
