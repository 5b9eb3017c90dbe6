import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptPush, type NewPush } from '#shared/adapters/accept-push.ts';
import { createHttpXmlHsm } from '#shared/adapters/hsm/http-xml-hsm.ts';
import { recoverOrphans } from '#shared/adapters/recover-messages.ts';
import { settleMessages } from '#shared/adapters/settle-messages.ts';
import { findAbandonedPushes, givePushBack } from '#shared/adapters/take-push.ts';
import type { PushWork } from '#shared/contracts/queue-messages.ts';
import { connectPushing } from '../../lambdas/process-push/connect-pushing.ts';
import { type Pushing, processPushes } from '../../lambdas/process-push/process-push.ts';
import type { HsmFaultName } from '../../local/hsm/hsm-faults.ts';
import { type MockHsm, startHsm } from '../../local/hsm/start-hsm.ts';
import { createSimCard, type SimCard } from '../../local/sim/sim-card.ts';
import { createCard, newPush, newPushMessage } from '../support/cards.ts';
import { createClient, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

const migrationsDirectory = fileURLToPath(new URL('../../database/migrations', import.meta.url));
const kic = Buffer.alloc(16, 0x11);
const kid = Buffer.alloc(16, 0x22);

let database: TestDatabase;
let mock: MockHsm;
let hsm: ReturnType<typeof createHttpXmlHsm>;
let pushing: Pushing;
let clientId: string;
let work: PushWork[];

beforeAll(async () => {
  database = await startTestDatabase({ migrationsDirectory });
  mock = await startHsm();
  hsm = createHttpXmlHsm({ secret: async () => JSON.stringify(mock.secret), deadlineMs: 2_000, maxSockets: 8 });
  mock.addKey('kic-1', kic);
  mock.addKey('kid-1', kid);
  clientId = await createClient(database, { creditCents: 100_000 });
  pushing = connectPushing({
    sql: database.sql,
    hsm,
    deliver: async () => undefined,
    settle: async (ids) => void (await settleMessages(database.sql, ids)),
    comeAgain: async (iccid) => void work.push({ type: 'CardDue', version: 1, iccid }),
    readAgain: async (inbound_id) => void work.push({ type: 'CardAnswered', version: 1, inbound_id }),
    tell: () => undefined,
  });
});
afterAll(async () => {
  await hsm.close();
  await mock.stop();
  await database.stop();
});
beforeEach(() => {
  work = [];
});
afterEach(() => {
  mock.failAlways(null);
});

interface Phone {
  readonly iccid: string;
  readonly msisdn: string;
  readonly card: SimCard;
}

let phones = 0;
const newPhone = async (): Promise<Phone> => {
  phones += 1;
  const iccid = `8949${phones.toString().padStart(15, '0')}`;
  const msisdn = `4915${phones.toString().padStart(8, '0')}`;
  await createCard(database, { iccid, msisdn });
  const card = createSimCard({ iccid, keys: { 1: { kic, kid } }, tars: { b00010: { leastSpi1: 0x06 } } });
  return { iccid, msisdn, card };
};

const accept = async ({ iccid, msisdn }: Phone, given: Partial<NewPush> = {}): Promise<string> => {
  const message = newPushMessage(clientId, { recipient: msisdn });
  expect(await acceptPush(database.sql, newPush(iccid, given), message)).toMatchObject({ outcome: 'accepted' });
  return message.id;
};

interface PushRow {
  readonly id: string;
  readonly state: string;
  readonly failure: string | null;
  readonly counter: string;
  readonly response: { readonly status: number; readonly authenticated: boolean } | null;
}
const pushOf = async (id: string): Promise<PushRow> => {
  const [row] = await database.query<PushRow>('SELECT * FROM pushes WHERE id = $1', [id]);
  if (!row) throw new Error('There is no such push');
  return row;
};

const due = ({ iccid }: Phone) => processPushes(pushing, [{ type: 'CardDue', version: 1, iccid }]);

/** The network and the telephone: what is under way reaches the card, and its answer comes in. */
const transmit = async ({ iccid, msisdn, card }: Phone): Promise<boolean> => {
  const [sent] = await database.query<{ id: string; body: string }>(
    `UPDATE messages SET state = 'DELIVERED', next_attempt_at = NULL, final_at = now()
     WHERE state = 'QUEUED' AND id = (SELECT id FROM pushes WHERE iccid = $1 AND state = 'SENDING') RETURNING id, body`,
    [iccid],
  );
  if (!sent) return false;
  const response = card.receive(Buffer.from(sent.body, 'hex'));
  if (!response) return true;
  const inboundId = uuidV7();
  await database.query(
    `INSERT INTO inbound_messages (id, provider, source_addr, destination_addr, data_coding, esm_class, protocol_id,
       udh_hex, data_hex, received_at) VALUES ($1, 'primary', $2, '12345', 246, 64, 127, '027100', $3, now())`,
    [inboundId, `+${msisdn}`, response.toString('hex')],
  );
  await processPushes(pushing, [{ type: 'CardAnswered', version: 1, inbound_id: inboundId }]);
  return true;
};

const isOver = async ({ iccid }: Phone): Promise<boolean> =>
  (await database.query(`SELECT FROM pushes WHERE iccid = $1 AND final_at IS NULL`, [iccid])).length === 0;

const untilOver = async (phone: Phone): Promise<void> => {
  for (let round = 0; round < 200 && !(await isOver(phone)); round += 1) {
    await due(phone);
    await transmit(phone);
  }
};

const buildsOf = ({ iccid }: Phone) =>
  mock.calls().filter((call) => call.kind === 'BuildPacket' && call.iccid === iccid);

describe('a push', () => {
  test('goes to the card and ends in the status word that the card proves', async () => {
    const phone = await newPhone();
    const id = await accept(phone);
    await due(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'SENDING' });
    await transmit(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'SUCCEEDED', response: { status: 0, authenticated: true } });
    expect(phone.card.executed()).toEqual([1n]);
    const events = await database.query<{ type: string }>(
      'SELECT type FROM push_events WHERE push_id = $1 ORDER BY number',
      [id],
    );
    expect(events.map(({ type }) => type)).toEqual(['ACCEPTED', 'BUILDING', 'PACKET_BUILT', 'ANSWERED']);
  });

  test('that nobody answers gives way after its time, and is heard all the same when the answer comes late', async () => {
    const phone = await newPhone();
    const id = await accept(phone);
    await due(phone);
    const [{ body } = { body: '' }] = await database.query<{ body: string }>(
      `UPDATE messages SET state = 'DELIVERED', final_at = now() - interval '16 minutes' WHERE id = $1 RETURNING body`,
      [id],
    );
    const next = await accept(phone);
    await due(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'AWAITING_POR' });
    await due(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'UNKNOWN', failure: 'nobody said' });
    expect(await pushOf(next)).toMatchObject({ state: 'SENDING' });
    const late = phone.card.receive(Buffer.from(body, 'hex'));
    const inboundId = uuidV7();
    await database.query(
      `INSERT INTO inbound_messages (id, provider, source_addr, destination_addr, data_coding, esm_class, protocol_id,
         udh_hex, data_hex, received_at) VALUES ($1, 'primary', $2, '12345', 246, 0, 127, '', $3, now())`,
      [inboundId, phone.msisdn, late?.toString('hex')],
    );
    for (let time = 0; time < 2; time += 1)
      await processPushes(pushing, [{ type: 'CardAnswered', version: 1, inbound_id: inboundId }]);
    expect(await pushOf(id)).toMatchObject({ state: 'SUCCEEDED', response: { authenticated: true } });
    expect(await pushOf(next)).toMatchObject({ state: 'SENDING', response: null });
  });

  test('that the HSM will not build fails, and its price is given back', async () => {
    const phone = await newPhone();
    await database.query(`UPDATE card_keysets SET kic = 'lost' WHERE iccid = $1`, [phone.iccid]);
    const id = await accept(phone);
    await due(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'FAILED', failure: 'key.unknown' });
    const [message] = await database.query('SELECT state FROM messages WHERE id = $1', [id]);
    expect(message).toEqual({ state: 'FAILED_PERM' });
    expect(await unbalancedClients(database)).toEqual([]);
  });

  test('whose bridge died is not sent again, and the next one goes', async () => {
    const phone = await newPhone();
    const id = await accept(phone, { por: 'none', security: { ...newPush('').security, spi: '1600' } });
    await due(phone);
    await database.query(
      `UPDATE messages SET state = 'SENDING', owner = $2, claim_id = $2, claimed_at = now() - interval '1 hour' WHERE id = $1`,
      [id, uuidV7()],
    );
    await database.query(`UPDATE message_parts SET state = 'SENDING', attempt = 1 WHERE message_id = $1`, [id]);
    await settleMessages(database.sql, await recoverOrphans(database.sql, 10));
    const [message] = await database.query('SELECT state, attempt, next_attempt_at FROM messages WHERE id = $1', [id]);
    expect(message).toEqual({ state: 'UNKNOWN', attempt: 1, next_attempt_at: null });
    await due(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'UNKNOWN' });
  });
});

test('30 pushes to one card, worked on by many at once, arrive in order with rising counters', async () => {
  const phone = await newPhone();
  const ids = await Promise.all(Array.from({ length: 30 }, () => accept(phone)));
  for (let round = 0; round < 60 && !(await isOver(phone)); round += 1) {
    await Promise.all(Array.from({ length: 4 }, () => due(phone)));
    await transmit(phone);
  }
  expect(phone.card.executed()).toEqual(ids.map((_, index) => BigInt(index + 1)));
  const inOrder = await database.query<PushRow>('SELECT * FROM pushes WHERE iccid = $1 ORDER BY position', [
    phone.iccid,
  ]);
  expect(inOrder.map(({ state, counter }) => [state, Number(counter)])).toEqual(
    ids.map((_, n) => ['SUCCEEDED', n + 1]),
  );
});

describe('whatever the HSM does, no push is lost and it never sees a counter twice', () => {
  test.each<HsmFaultName>([
    'busy',
    'dead-before',
    'dead-after',
    'failing',
    'wrong-tar',
    'wrong-call',
    'garbage',
    'cut-off',
    'ten-megabytes',
    'billion-laughs',
  ])('%s', async (fault) => {
    const phone = await newPhone();
    const ids = [await accept(phone), await accept(phone)];
    mock.failNext(fault);
    await due(phone);
    expect(work).toContainEqual({ type: 'CardDue', version: 1, iccid: phone.iccid });
    await untilOver(phone);
    for (const id of ids) expect(await pushOf(id)).toMatchObject({ state: 'SUCCEEDED' });
    const counters = buildsOf(phone).map(({ counter }) => counter);
    expect(new Set(counters).size).toBe(counters.length);
    expect(phone.card.executed()).toHaveLength(2);
  });

  test('process-push dies when the HSM has built the packet', async () => {
    const phone = await newPhone();
    const id = await accept(phone);
    const line = {
      ...pushing.line,
      send: async () => {
        throw new Error('killed');
      },
    };
    const dying = processPushes({ ...pushing, line }, [{ type: 'CardDue', version: 1, iccid: phone.iccid }]);
    await expect(dying).rejects.toThrow('killed');
    await due(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'BUILDING' });
    await database.query(`UPDATE pushes SET taken_at = now() - interval '10 minutes' WHERE id = $1`, [id]);
    for (const found of await findAbandonedPushes(database.sql, { seconds: 300, limit: 10 }))
      await givePushBack(database.sql, found, { isCounterUsed: true, reason: 'process-push.lost' });
    await untilOver(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'SUCCEEDED', counter: '2' });
    expect(buildsOf(phone).map(({ counter }) => Number(`0x${counter}`))).toEqual([1, 2]);
  });
});

describe('what the card says', () => {
  test('02, proven: the counters of all that wait jump', async () => {
    const phone = await newPhone();
    const first = await accept(phone);
    phone.card.setCounter(1, 50n);
    const second = await accept(phone);
    await untilOver(phone);
    expect(await pushOf(first)).toMatchObject({ state: 'FAILED', failure: 'card.counter_low' });
    const { counter, state } = await pushOf(second);
    expect([state, Number(counter) > 50]).toEqual(['SUCCEEDED', true]);
  });

  test('02 in clear: no counter moves on it', async () => {
    const phone = await newPhone();
    phone.card.behave({ errorsInClear: true });
    phone.card.setCounter(1, 50n);
    const id = await accept(phone);
    await untilOver(phone);
    expect(await pushOf(id)).toMatchObject({ failure: 'card.counter_low', response: { authenticated: false } });
    const [keyset] = await database.query('SELECT last_counter FROM card_keysets WHERE iccid = $1', [phone.iccid]);
    expect(keyset).toEqual({ last_counter: '1' });
  });

  test.each([
    [0x03, 'card.counter_high'],
    [0x06, 'card.security_error'],
  ])('%i: nothing more goes to the card', async (status, failure) => {
    const phone = await newPhone();
    phone.card.behave({ status });
    const id = await accept(phone);
    const waiting = await accept(phone);
    await due(phone);
    await transmit(phone);
    await due(phone);
    expect(await pushOf(id)).toMatchObject({ state: 'FAILED', failure });
    expect(await pushOf(waiting)).toMatchObject({ state: 'WAITING' });
    const [card] = await database.query('SELECT stopped_for FROM cards WHERE iccid = $1', [phone.iccid]);
    expect(card).toEqual({ stopped_for: failure });
  });

  test('a word that was tampered with is none', async () => {
    const phone = await newPhone();
    const id = await accept(phone);
    await due(phone);
    const honest = phone.card;
    const card: SimCard = {
      ...honest,
      receive: (packet) => {
        const response = honest.receive(packet);
        if (response) response[response.length - 1] = (response.at(-1) ?? 0) ^ 1;
        return response;
      },
    };
    await transmit({ ...phone, card });
    expect(await pushOf(id)).toMatchObject({ state: 'SENDING', response: null });
  });
});
