import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptPush } from '#shared/adapters/accept-push.ts';
import { jumpCounter, stopCard } from '#shared/adapters/card-counters.ts';
import { claimDeliveries, renewLease } from '#shared/adapters/claim-deliveries.ts';
import { type CardLine, importCards } from '#shared/adapters/import-cards.ts';
import { findDueMessages } from '#shared/adapters/outbox.ts';
import { readPushTarget } from '#shared/adapters/read-push-target.ts';
import { recordPacket } from '#shared/adapters/record-packet.ts';
import {
  findAbandonedPushes,
  findIdleCards,
  givePushBack,
  type TakenPush,
  takePush,
} from '#shared/adapters/take-push.ts';
import { createCard, newPush, newPushMessage } from '../support/cards.ts';
import { createClient, newKey, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
let database: TestDatabase;
let clientId: string;
beforeAll(async () => {
  database = await startTestDatabase({ migrationsDirectory });
  clientId = await createClient(database, { creditCents: 100_000 });
});
afterAll(() => database.stop());

let cards = 0;
const newCard = async (counter = 0): Promise<string> => {
  const iccid = `8949${(++cards).toString().padStart(15, '0')}`;
  await createCard(database, { iccid, msisdn: `4917${cards.toString().padStart(8, '0')}`, counter });
  return iccid;
};
const accept = async (iccid: string): Promise<string> => {
  const message = newPushMessage(clientId);
  expect(await acceptPush(database.sql, newPush(iccid), message)).toMatchObject({ outcome: 'accepted' });
  return message.id;
};
const take = async (iccid: string): Promise<TakenPush> => {
  const taken = await takePush(database.sql, iccid, uuidV7());
  if (!taken) throw new Error('Nothing was taken.');
  return taken;
};
const countersOf = async (iccid: string): Promise<number[]> => {
  const rows = await database.query<{ counter: string }>(
    'SELECT counter FROM pushes WHERE iccid = $1 ORDER BY position',
    [iccid],
  );
  return rows.map(({ counter }) => Number(counter));
};
const finish = (id: string) =>
  database.query(`UPDATE pushes SET state = 'SUCCEEDED', final_at = now() WHERE id = $1`, [id]);
const built = { packet_hex: '00'.repeat(50), packet_sha256: 'ab'.repeat(32), backend: 'software' };

describe('accepting', () => {
  test('100 pushes to one card side by side get 100 distinct counters, which rise with their places in line', async () => {
    const iccid = await newCard(41);
    await Promise.all(Array.from({ length: 100 }, () => accept(iccid)));
    expect(await countersOf(iccid)).toEqual(Array.from({ length: 100 }, (_, index) => 42 + index));
    const order: number[] = [];
    for (
      let push = await takePush(database.sql, iccid, uuidV7());
      push;
      push = await takePush(database.sql, iccid, uuidV7())
    ) {
      order.push(push.counter);
      await finish(push.id);
    }
    expect(order).toEqual(Array.from({ length: 100 }, (_, index) => 42 + index));
    expect(await unbalancedClients(database)).toEqual([]);
  });
  test('is one push and one counter under one key, however often and at once it is asked', async () => {
    const iccid = await newCard();
    const asked = await Promise.all(
      Array.from({ length: 20 }, () =>
        acceptPush(database.sql, newPush(iccid), newPushMessage(clientId), newKey('push-1')),
      ),
    );
    expect(new Set(asked.map((one) => ('message' in one ? one.message.id : one.outcome))).size).toBe(1);
    expect(asked.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    expect(await countersOf(iccid)).toEqual([1]);
  });
  test('of the same push again, after a lost answer, uses no other counter', async () => {
    const iccid = await newCard();
    const message = newPushMessage(clientId);
    for (const _ of [1, 2]) expect((await acceptPush(database.sql, newPush(iccid), message)).outcome).toBe('accepted');
    expect(await accept(iccid)).toBeTruthy();
    expect(await countersOf(iccid)).toEqual([1, 2]);
  });
  test('uses no counter and no credit when it is refused', async () => {
    const iccid = await newCard();
    const poor = await createClient(database, { creditCents: 3 });
    expect(await acceptPush(database.sql, newPush(iccid), newPushMessage(poor))).toEqual({
      outcome: 'refused',
      reason: 'credit.insufficient',
    });
    expect(
      await acceptPush(database.sql, newPush('8949999999999999999'), newPushMessage(clientId), newKey('push-2')),
    ).toEqual({ outcome: 'no-such-card' });
    await stopCard(database.sql, iccid, 'counter_high');
    expect(await acceptPush(database.sql, newPush(iccid), newPushMessage(clientId))).toEqual({
      outcome: 'no-such-card',
    });
    expect(await readPushTarget(database.sql, { clientId, iccid, tar: 'b00010' })).toMatchObject({
      stopped_for: 'counter_high',
      keysets: [{ version: 1, last_counter: 0 }],
    });
  });
});

describe('a card has one push under way', () => {
  test('and side by side one taker gets it, the first in line', async () => {
    const iccid = await newCard();
    const [first] = [await accept(iccid), await accept(iccid), await accept(iccid)];
    const taken = await Promise.all(Array.from({ length: 10 }, () => takePush(database.sql, iccid, uuidV7())));
    expect(taken.filter((one) => one !== null).map(({ id }) => id)).toEqual([first]);
    expect(await takePush(database.sql, iccid, uuidV7())).toBeNull();
  });
  test('which a repeated call is given again, and another call is not', async () => {
    const iccid = await newCard();
    await accept(iccid);
    const callId = uuidV7();
    const [once, again] = [await takePush(database.sql, iccid, callId), await takePush(database.sql, iccid, callId)];
    expect(again).toEqual(once);
    expect(once).toMatchObject({
      counter: 1,
      tar: 'b00010',
      keys: { location: 'hsm', kic: 'kic-1' },
      security: { spi: '1639' },
    });
    expect(await takePush(database.sql, iccid, uuidV7())).toBeNull();
  });
  test('and what expired or was cancelled in line is passed over', async () => {
    const iccid = await newCard();
    const [expired, cancelled, live] = [await accept(iccid), await accept(iccid), await accept(iccid)];
    await database.query(`UPDATE messages SET expires_at = now() WHERE id = $1`, [expired]);
    await database.query(`UPDATE messages SET state = 'CANCELLED' WHERE id = $1`, [cancelled]);
    expect(await take(iccid)).toMatchObject({ id: live, counter: 3 });
    const states = await database.query('SELECT state FROM pushes WHERE iccid = $1 ORDER BY position', [iccid]);
    expect(states.map(({ state }) => state)).toEqual(['EXPIRED', 'CANCELLED', 'BUILDING']);
  });
});

describe('a counter is used once', () => {
  test('so a push given back after its counter may have been used gets another, and all behind it stay above it', async () => {
    const iccid = await newCard();
    const ids = [await accept(iccid), await accept(iccid), await accept(iccid)];
    const taken = await take(iccid);
    expect(await givePushBack(database.sql, taken, { isCounterUsed: true, reason: 'hsm.timeout' })).toBe(true);
    expect(await givePushBack(database.sql, taken, { isCounterUsed: true, reason: 'hsm.timeout' })).toBe(false);
    expect(await countersOf(iccid)).toEqual([4, 5, 6]);
    expect(await take(iccid)).toMatchObject({ id: ids[0], counter: 4 });
    expect(await accept(iccid)).toBeTruthy();
    expect(await countersOf(iccid)).toEqual([4, 5, 6, 7]);
  });
  test('and one that was certainly not used is kept', async () => {
    const iccid = await newCard();
    await accept(iccid);
    const taken = await take(iccid);
    await givePushBack(database.sql, taken, { isCounterUsed: false, reason: 'hsm.circuit_open' });
    expect(await take(iccid)).toMatchObject({ id: taken.id, counter: 1 });
  });
  test('also when it jumps while others are accepted: all in line stay distinct and in order', async () => {
    const iccid = await newCard();
    const jumps = Array.from({ length: 5 }, (_, index) =>
      jumpCounter(database.sql, { iccid, keyVersion: 1, floor: 1_000 * index, reason: 'counter_low' }),
    );
    await Promise.all([...jumps, ...Array.from({ length: 40 }, () => accept(iccid))]);
    const counters = await countersOf(iccid);
    expect(new Set(counters).size).toBe(40);
    expect(counters).toEqual([...counters].sort((left, right) => left - right));
    expect(counters.at(-1)).toBeGreaterThan(4_000);
  });
  test('and never falls, whoever tries', async () => {
    const iccid = await newCard(10);
    const lower = database.query('UPDATE card_keysets SET last_counter = 9 WHERE iccid = $1', [iccid]);
    await expect(lower).rejects.toThrow('never falls');
  });
  test('and what an absent holder left is found', async () => {
    const iccid = await newCard();
    await accept(iccid);
    const { id, call_id } = await take(iccid);
    expect(await findAbandonedPushes(database.sql, { seconds: 0, limit: 100 })).toContainEqual({ id, call_id });
    expect(await findIdleCards(database.sql, { seconds: 0, limit: 100 })).not.toContain(iccid);
    await givePushBack(database.sql, { id, call_id }, { isCounterUsed: true, reason: 'abandoned' });
    expect(await findIdleCards(database.sql, { seconds: 0, limit: 100 })).toContain(iccid);
  });
});

describe('a packet', () => {
  const queue = async (id: string) => (await findDueMessages(database.sql, 1_000)).filter((due) => due.id === id);
  test('makes a push a delivery: before it none is due, and it can not be claimed', async () => {
    const iccid = await newCard();
    const id = await accept(iccid);
    const [owner, claimId] = [uuidV7(), uuidV7()];
    await renewLease(database.sql, owner);
    const claim = () => claimDeliveries(database.sql, { owner, claimId }, [{ message_id: id, attempt: 1 }]);
    expect([await queue(id), await claim()]).toEqual([[], []]);
    const taken = await take(iccid);
    expect(await recordPacket(database.sql, taken, built)).toMatchObject({ id, attempt: 1 });
    expect(await recordPacket(database.sql, taken, built)).toMatchObject({ id });
    expect(await claim()).toMatchObject([
      { message_id: id, body: built.packet_hex, protocol_id: 0x7f, data_coding: null, push_reference_bits: 8 },
    ]);
    expect(await takePush(database.sql, iccid, uuidV7())).toBeNull();
    const trace = await database.query('SELECT type, detail FROM push_events WHERE push_id = $1 ORDER BY number', [id]);
    expect(trace).toMatchObject([
      { type: 'ACCEPTED' },
      { type: 'BUILDING' },
      { type: 'PACKET_BUILT', detail: { counter: 1, packet_sha256: built.packet_sha256, tar: 'b00010' } },
    ]);
  });
  test('of another call, or after the message has expired, is not sent', async () => {
    const iccid = await newCard();
    const id = await accept(iccid);
    const taken = await take(iccid);
    expect(await recordPacket(database.sql, { id, call_id: uuidV7() }, built)).toBeNull();
    await database.query('UPDATE messages SET expires_at = now() WHERE id = $1', [id]);
    expect(await recordPacket(database.sql, taken, built)).toBeNull();
    const [row] = await database.query('SELECT state FROM pushes WHERE id = $1', [id]);
    expect(row).toEqual({ state: 'EXPIRED' });
  });
  test('of a push leaves a trace that nobody changes', async () => {
    await expect(database.query(`UPDATE push_events SET type = 'x'`)).rejects.toThrow('never changed');
    await expect(database.query('DELETE FROM push_events')).rejects.toThrow('never changed');
  });
});

describe('a card batch', () => {
  const actor = { clientId: uuidV7(), keyId: 'key', correlationId: 'test' };
  const line = (number: number, given: Partial<CardLine> = {}): CardLine => ({
    line: number,
    iccid: `8988${number.toString().padStart(15, '0')}`,
    msisdn: `4988${number.toString().padStart(8, '0')}`,
    profile: 'standard',
    version: 1,
    kic_algorithm: 'aes-cbc',
    kid_algorithm: 'aes-cmac',
    location: 'sealed',
    kic: 'sealed-kic',
    kid: 'sealed-kid',
    counter: 7,
    ...given,
  });
  test('is imported line by line, and each line that can not be is told why', async () => {
    const lines = [
      line(1),
      line(2, { profile: 'nobody-knows' }),
      line(1, { line: 3 }),
      line(4, { msisdn: line(1).msisdn }),
      line(1, { line: 5, version: 2, location: 'hsm', kic: 'label' }),
      line(6, { msisdn: null }),
    ];
    const dataKey = { id: uuidV7(), wrapped_base64: 'd3JhcHBlZA==' };
    const outcomes = async () => {
      const imported = await importCards(database.sql, { id: uuidV7(), lines, dataKey }, actor);
      return 'lines' in imported ? imported.lines.map(({ outcome }) => outcome) : [];
    };
    const refused = ['profile_unknown', 'line_repeated', 'msisdn_taken'];
    expect(await outcomes()).toEqual(['imported', ...refused, 'imported', 'imported']);
    await jumpCounter(database.sql, { iccid: line(1).iccid, keyVersion: 1, floor: 50, reason: 'test' });
    expect(await outcomes()).toEqual(['known', ...refused, 'known', 'known']);
    const target = await readPushTarget(database.sql, { clientId, msisdn: line(1).msisdn ?? '', tar: 'b00010' });
    expect(target).toMatchObject({
      iccid: line(1).iccid,
      keysets: [{ version: 2 }, { version: 1, last_counter: 50 }],
      allowance: null,
    });
    const [audit] = await database.query(
      `SELECT detail FROM audit_entries WHERE action = 'cards.imported' ORDER BY id LIMIT 1`,
    );
    expect(audit).toMatchObject({ detail: { keysets: 3 } });
  });
  test('under one key is imported once, and said to be what it was', async () => {
    const inHsm = { location: 'hsm' } as const;
    const lines = [line(21, inHsm), line(22, { ...inHsm, profile: 'nobody-knows' })];
    const ask = () => importCards(database.sql, { id: uuidV7(), lines, dataKey: null }, actor, newKey('cards-1'));
    const [first, again] = [await ask(), await ask()];
    expect(first).toMatchObject({
      outcome: 'imported',
      lines: [{ outcome: 'imported' }, { outcome: 'profile_unknown' }],
    });
    expect(again).toEqual({ ...first, outcome: 'replayed' });
    const other = { key: 'cards-1', request_hash: 'ff'.repeat(32) };
    expect(await importCards(database.sql, { id: uuidV7(), lines, dataKey: null }, actor, other)).toEqual({
      outcome: 'mismatch',
    });
  });
  test('brings a push its sealed keys and the data key', async () => {
    await accept(line(1).iccid);
    expect(await take(line(1).iccid)).toMatchObject({
      counter: 51,
      keys: { location: 'sealed', kic: 'sealed-kic', data_key: { wrapped_base64: 'd3JhcHBlZA==' } },
    });
  });
});
