import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptPush } from '#shared/adapters/accept-push.ts';
import { recordAnswer } from '#shared/adapters/card-answers.ts';
import { stopCard } from '#shared/adapters/card-counters.ts';
import { listCardProfiles, putCardProfile } from '#shared/adapters/card-profiles.ts';
import { listPushes } from '#shared/adapters/list-pushes.ts';
import { listCards, readCard } from '#shared/adapters/read-cards.ts';
import { readMessage } from '#shared/adapters/read-message.ts';
import { readPush } from '#shared/adapters/read-push.ts';
import { readPushTarget } from '#shared/adapters/read-push-target.ts';
import { recordPacket } from '#shared/adapters/record-packet.ts';
import { releaseCard } from '#shared/adapters/release-card.ts';
import { takePush } from '#shared/adapters/take-push.ts';
import { listTarAllowances, putTarAllowance, removeTarAllowance } from '#shared/adapters/tar-allowances.ts';
import { CardProfile, CardView, PutCardProfile, PutTarAllowance } from '#shared/contracts/cards.ts';
import { PushView } from '#shared/contracts/pushes.ts';
import { pushView } from '../../lambdas/serve-api/pushes/push-view.ts';
import { createCard, newPush, newPushMessage } from '../support/cards.ts';
import { createClient, newKey } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
const callbackUrl = 'https://hooks.example.com/';
let database: TestDatabase;
let clientId: string;
let stranger: string;
beforeAll(async () => {
  database = await startTestDatabase({ migrationsDirectory });
  clientId = await createClient(database, { creditCents: 100_000 });
  stranger = await createClient(database, { creditCents: 100_000 });
});
afterAll(() => database.stop());

const actor = () => ({ clientId, keyId: 'operator', correlationId: 'test' });
const auditedOf = async (action: string) =>
  (await database.query<{ subject: string }>('SELECT subject FROM audit_entries WHERE action = $1', [action])).map(
    ({ subject }) => subject,
  );

let cards = 0;
const newCard = async (): Promise<string> => {
  const iccid = `8950${(++cards).toString().padStart(15, '0')}`;
  await createCard(database, { iccid, msisdn: `4918${cards.toString().padStart(8, '0')}` });
  return iccid;
};
const accept = async (iccid: string): Promise<string> => {
  const message = newPushMessage(clientId, { callback_url: callbackUrl, metadata: { order: '1' } });
  expect((await acceptPush(database.sql, newPush(iccid), message)).outcome).toBe('accepted');
  return message.id;
};
const send = async (iccid: string): Promise<void> => {
  const taken = await takePush(database.sql, iccid, uuidV7());
  if (!taken) throw new Error('Nothing was taken');
  await recordPacket(database.sql, taken, {
    packet_hex: '00'.repeat(50),
    packet_sha256: 'ab'.repeat(32),
    backend: 'software',
  });
};
/** One command executed, 9000, ten octets. */
const done = { status: 0, counter: '1', authenticated: true, ciphered: true, data_hex: `039000${'98'.repeat(10)}` };
const callbacksOf = async (id: string) =>
  (
    await database.query<{ type: string; payload: object }>(
      `SELECT type, payload FROM callbacks WHERE message_id = $1 AND type LIKE 'push.%' ORDER BY id`,
      [id],
    )
  ).map(({ type, payload }) => ({ type, ...payload }));

test('a push is told with its whole trace, in words, and to its own client alone', async () => {
  const iccid = await newCard();
  const id = await accept(iccid);
  await send(iccid);
  await recordAnswer(database.sql, id, uuidV7(), { state: 'SUCCEEDED', failure: null, response: done });
  const traced = await readPush(database.sql, clientId, id);
  expect(await readPush(database.sql, stranger, id)).toBeNull();
  if (!traced) throw new Error('It is not there');
  const view = PushView.parse(pushView(traced));
  expect(view).toMatchObject({
    status: 'SUCCEEDED',
    iccid,
    counter: 1,
    security: { spi: '1639', integrity: 'cc', ciphered: true, kic_algorithm: 'aes-cbc', kid_algorithm: 'aes-cmac' },
    packet_sha256: 'ab'.repeat(32),
    metadata: { order: '1' },
    response: {
      status_name: 'ok',
      authenticated: true,
      executed: 3,
      results: [{ status_word: '9000', meaning: 'Done.', outcome: 'ok', data_hex: '98'.repeat(10) }],
    },
    parts: [{ number: 1, state: 'PENDING' }],
  });
  expect(view.trace.map(({ source, what }) => `${source}: ${what}`)).toEqual([
    'api: Accepted over HTTP for application b00010: counter 1, place 1 in the line of the card.',
    'hsm: The packet is being built with counter 1.',
    'hsm: A packet of 50 octets was built with keys that KMS opened.',
    'card: The card answered and proved that it is it. The command packet was accepted. Commands executed: 3. Status word 9000: Done.',
  ]);
  expect(JSON.stringify(view.trace)).not.toContain(done.data_hex);
});

test('the message of a push is no possible duplicate: it is never sent twice', async () => {
  const id = await accept(await newCard());
  expect(await readMessage(database.sql, clientId, id)).toMatchObject({ possible_duplicate: false, data_coding: null });
});

test('a client is called back once when its push ends, and again when a late answer says something else', async () => {
  const iccid = await newCard();
  const id = await accept(iccid);
  await send(iccid);
  expect(await callbacksOf(id)).toEqual([]);
  await database.query(`UPDATE pushes SET state = 'UNKNOWN', failure = 'nobody said', final_at = now() WHERE id = $1`, [
    id,
  ]);
  await recordAnswer(database.sql, id, uuidV7(), { state: 'SUCCEEDED', failure: null, response: done });
  await recordAnswer(database.sql, id, uuidV7(), { state: 'FAILED', failure: 'card.sw_6a82', response: done });
  expect(await callbacksOf(id)).toMatchObject([
    { type: 'push.unknown', push_id: id, status: 'UNKNOWN', error: 'nobody said' },
    { type: 'push.succeeded', push_id: id, status: 'SUCCEEDED', iccid, response: done },
  ]);
});

test('pushes are listed newest first, by state, card and time, and no other client’s', async () => {
  const iccid = await newCard();
  const ids = [await accept(iccid), await accept(iccid)];
  await send(iccid);
  const list = async (given: object) =>
    (
      await listPushes(database.sql, {
        ...{ clientId, status: null, iccid, from_time: null, to_time: null, after: null, limit: 10 },
        ...given,
      })
    ).map(({ id }) => id);
  expect(await list({})).toEqual(ids.toReversed());
  expect(await list({ status: 'SENDING' })).toEqual([ids[0]]);
  expect(await list({ after: ids[1] })).toEqual([ids[0]]);
  expect(await list({ clientId: stranger })).toEqual([]);
  const [row] = await database.query<{ created_at: Date }>('SELECT created_at FROM pushes WHERE id = $1', [ids[1]]);
  const time = row?.created_at.toISOString();
  // Of the database's microseconds the bound keeps milliseconds.
  await database.query('UPDATE pushes SET created_at = $2 WHERE id = $1', [ids[1], time]);
  expect(await list({ from_time: time })).toEqual([ids[1]]);
  expect(await list({ to_time: time })).toEqual([ids[0]]);
});

test('a card is shown with its counters and its line, and goes on once it is released, once a key', async () => {
  const iccid = await newCard();
  const [first] = [await accept(iccid), await accept(iccid)];
  await send(iccid);
  await stopCard(database.sql, iccid, 'card.counter_high');
  const card = await readCard(database.sql, iccid);
  expect(CardView.parse(card)).toMatchObject({
    stopped_for: 'card.counter_high',
    keysets: [{ version: 1, last_counter: 2, location: 'hsm' }],
    waiting: 1,
    under_way: first,
  });
  expect(JSON.stringify(card)).not.toContain('kic-1');
  const wanted = { msisdn: null, profile: null, after: null, limit: 10 };
  expect(await listCards(database.sql, { ...wanted, stopped: true })).toMatchObject([{ iccid }]);
  const release = (id: string) => releaseCard(database.sql, { id: uuidV7(), iccid: id }, actor(), newKey(`free-${id}`));
  expect(await release(iccid)).toMatchObject({ outcome: 'released', card: { stopped_at: null, stopped_for: null } });
  await stopCard(database.sql, iccid, 'card.security_error');
  expect(await release(iccid)).toMatchObject({ outcome: 'replayed', card: { stopped_for: 'card.security_error' } });
  expect(await release('8950999999999999999')).toEqual({ outcome: 'no-such-card' });
  expect(await auditedOf('card.released')).toEqual([`card ${iccid}`]);
});

test('a profile is written and written anew, by name in the list', async () => {
  const first = await putCardProfile(database.sql, 'odd', PutCardProfile.parse({ spi: '0E39', cc_length: 4 }), actor());
  expect(CardProfile.parse(first)).toMatchObject({ name: 'odd', spi: '0e39', cc_length: 4, format: 'compact' });
  await putCardProfile(database.sql, 'odd', PutCardProfile.parse({ format: 'expanded' }), actor());
  const [found] = (await listCardProfiles(database.sql, null, 10)).filter(({ name }) => name === 'odd');
  expect(found).toMatchObject({ spi: '1639', cc_length: 8, format: 'expanded' });
  expect(await auditedOf('card_profile.put')).toEqual(['card_profile odd', 'card_profile odd']);
});

test('an allowance is what lets a client reach an application, until it is taken away', async () => {
  const iccid = await newCard();
  const tar = 'b00011';
  const allowanceOf = async () => (await readPushTarget(database.sql, { clientId, tar, iccid }))?.allowance;
  expect(await allowanceOf()).toBeNull();
  const rest = PutTarAllowance.parse({ max_parts: 2 });
  expect(await putTarAllowance(database.sql, { clientId, tar }, rest, actor())).toMatchObject({ tar, max_parts: 2 });
  expect(await allowanceOf()).toEqual({
    least_integrity: 'cc',
    must_cipher: true,
    least_counter: 'higher',
    max_parts: 2,
  });
  expect(await listTarAllowances(database.sql, clientId, null, 10)).toMatchObject([{ tar }]);
  expect(await listTarAllowances(database.sql, stranger, null, 10)).toEqual([]);
  expect(await listTarAllowances(database.sql, uuidV7(), null, 10)).toBeNull();
  expect(await putTarAllowance(database.sql, { clientId: uuidV7(), tar }, rest, actor())).toBeNull();
  expect(await removeTarAllowance(database.sql, { clientId, tar }, actor())).toBe(true);
  expect(await removeTarAllowance(database.sql, { clientId, tar }, actor())).toBe(false);
  expect(await allowanceOf()).toBeNull();
});
