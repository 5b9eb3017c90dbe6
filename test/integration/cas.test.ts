import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptMessage } from '#shared/adapters/accept-message.ts';
import {
  acceptCasRequest,
  findDueCasRequests,
  markCasRequestsQueued,
} from '#shared/adapters/cas/accept-cas-request.ts';
import { applyCasDecision, finishCasRequest } from '#shared/adapters/cas/apply-cas-decision.ts';
import type { EmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import { readCasRequest } from '#shared/adapters/cas/read-cas-requests.ts';
import { sealEmms } from '#shared/adapters/cas/seal-emms.ts';
import { readCard, readFirstRequest, takeCasRequest } from '#shared/adapters/cas/take-cas-request.ts';
import { storeSealedEmms } from '#shared/adapters/cas/unsealed-emms.ts';
import { foldText } from '#shared/domain/cas/words.ts';
import { type CasWorld, generateEmm } from '../../lambdas/generate-emm/generate-emm.ts';
import { createCasSystem, receive, startTestKeys, type TestKeys, testCard } from '../support/cas.ts';
import { createClient, newKey, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let test_: TestKeys;
let clientId: string;

beforeAll(async () => {
  [database, test_] = await Promise.all([
    startTestDatabase({ migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)) }),
    startTestKeys(),
  ]);
});
afterAll(async () => {
  await Promise.all([database?.stop(), test_?.stop()]);
});
beforeEach(async () => {
  clientId = await createClient(database, { creditCents: 1_000 });
  await createCasSystem(database, test_.encryption, clientId);
});

const sender = '491700000001';

const worldWith = (encryption: EmmEncryption, given: Partial<CasWorld> = {}): CasWorld => ({
  now: () => new Date(),
  newId: () => uuidV7(),
  take: (id) => takeCasRequest(database.sql, id),
  readFirst: (id) => readFirstRequest(database.sql, id),
  readCard: (client, card, box) => readCard(database.sql, client, card, box),
  apply: (decided) => applyCasDecision(database.sql, decided),
  seal: async (requestId) => (await sealEmms(database.sql, encryption, { requestId })).length,
  answer: async (message) => {
    const accepted = await acceptMessage(database.sql, message);
    if (accepted.outcome === 'refused') return accepted.reason;
    return accepted.outcome === 'accepted' ? null : 'account.not_found';
  },
  finish: (id, refusal) => finishCasRequest(database.sql, id, refusal),
  ...given,
});

const hashOf = (text: string) => createHash('sha256').update(foldText(text)).digest('hex');

const write = async (message: string, from = sender, isTest = false): Promise<string> => {
  const id = uuidV7();
  const request = {
    id,
    client_id: clientId,
    sender: from,
    message,
    text_hash: hashOf(message),
    is_test: isTest,
    correlation_id: 'c',
  };
  const accepted = await acceptCasRequest(database.sql, request, null);
  expect(accepted.outcome).toBe('accepted');
  return id;
};

const ask = async (message: string, from = sender, isTest = false) => {
  const id = await write(message, from, isTest);
  const generated = await generateEmm(worldWith(test_.encryption), id);
  return { id, generated, view: await readCasRequest(database.sql, clientId, id) };
};

interface StoredEmm {
  readonly id: string;
  readonly kind: string;
  readonly revision: number;
  readonly epoch: number;
  readonly encrypted_emm: string | null;
  readonly emm_data: string | null;
  readonly replaced_by: string | null;
}

const emms = (): Promise<StoredEmm[]> =>
  database.query<StoredEmm & Record<string, unknown>>('SELECT * FROM emms WHERE client_id = $1 ORDER BY number', [
    clientId,
  ]);

const epochKey = async (epoch = 1): Promise<Uint8Array> => {
  const [row] = await database.query<{ wrapped_key: string }>(
    'SELECT wrapped_key FROM key_epochs WHERE client_id = $1 AND epoch = $2',
    [clientId, epoch],
  );
  return test_.keys.epochKey({ tenant: clientId, epoch }, row?.wrapped_key ?? '', 1);
};

const messagesOf = () =>
  database.query<{ recipient: string; body: string; parts: number; reference: string }>(
    'SELECT recipient, body, parts, reference FROM messages WHERE client_id = $1 ORDER BY id',
    [clientId],
  );

describe('a request', () => {
  test('is told of once to the client that wants to be, without its sender and its text', async () => {
    await database.query(
      `UPDATE clients SET callback_url = 'https://example.com/hook', callback_types = '{cas.request.processed}'
       WHERE id = $1`,
      [clientId],
    );
    const { id, view } = await ask('act 1234 5678 97 sport');
    await finishCasRequest(database.sql, id, null);
    const told = await database.query<{ type: string; payload: object; queued_at: Date | null }>(
      'SELECT type, payload, queued_at FROM callbacks WHERE client_id = $1',
      [clientId],
    );
    expect(told).toMatchObject([
      {
        type: 'cas.request.processed',
        payload: {
          request_id: id,
          verdict: 'activated',
          is_refused: false,
          card: testCard,
          emm_ids: view?.emm_ids,
          reply_message_id: view?.reply_id,
          reply_problem: null,
        },
        queued_at: null,
      },
    ]);
    expect(JSON.stringify(told)).not.toMatch(new RegExp(`${sender}|sport`));
  });

  test('becomes an EMM that the card opens, and an answer of one part that is paid for', async () => {
    const { view, generated } = await ask('act 1234 5678 97 sprot*2');
    expect(generated).toMatchObject({ verdict: 'activated', emms: 1, replyRefusal: null });
    const [emm] = await emms();
    expect(view).toMatchObject({ verdict: 'activated', emm_ids: [emm?.id] });
    const received = receive(emm?.encrypted_emm ?? '', await epochKey());
    expect(received.address).toBe('00000000499602d9');
    expect(received.header).toMatchObject({ suite: 'epoch', epoch: 1 });
    expect(received.commands).toMatchObject([
      { command: 'entitlement_reset' },
      { command: 'entitlement_add', product: 17 },
    ]);
    expect(await messagesOf()).toMatchObject([
      { recipient: sender, parts: 1, body: view?.response, reference: `cas-${view?.id}` },
    ]);
    expect(view?.response).toMatch(/^Card 7897: Sport is active until \d{4}-\d\d-\d\d\.$/);
    expect(await unbalancedClients(database)).toEqual([]);
  });

  test('leaves no command in clear in any column of an EMM', async () => {
    await ask('ACT 1234567897 SPORT');
    const [row] = await database.query<{ data: string; text: string }>(
      `SELECT emm_data AS data, emms::text AS text FROM emms WHERE client_id = $1`,
      [clientId],
    );
    const octets = Buffer.from(row?.data ?? '', 'base64');
    expect(octets.subarray(0, 3).toString('hex')).toBe('020478');
    // entitlement_add of product 17, as it is in the plaintext.
    expect(octets.includes(Buffer.from('010a0011', 'hex'))).toBe(false);
    expect(row?.text).not.toContain('SPORT');
  });

  test('tells the whole of a card’s rights each time, and replaces what was on air before', async () => {
    await ask('ACT 1234567897 SPORT');
    await ask('ACT 1234567897 KINO');
    const { generated } = await ask('DEACT 1234567897 SPORT');
    expect(generated?.verdict).toBe('deactivated');
    const [first, second, third] = await emms();
    expect([first?.replaced_by, second?.replaced_by, third?.replaced_by]).toEqual([second?.id, third?.id, null]);
    const products = async (emm?: StoredEmm) =>
      receive(emm?.encrypted_emm ?? '', await epochKey()).commands.flatMap((each) =>
        'product' in each ? [each.product] : [],
      );
    expect([await products(first), await products(second), await products(third)]).toEqual([[17], [17, 18], [18]]);
    const tableIds = [first, second, third].map((emm) => Buffer.from(emm?.encrypted_emm ?? '', 'base64')[0]);
    expect(tableIds).toEqual([0x85, 0x84, 0x85]);
  });

  test('that comes again within ten minutes gets the first answer, and changes nothing', async () => {
    const first = await ask('ACT 1234567897 SPORT');
    const second = await ask(' act 1234-5678-97 sport!');
    // Other groups of digits fold to another text; the card is asked for a second month only by another text.
    expect(second.view?.verdict).toBe('activated');
    const third = await ask('Act 1234567897 Sport.');
    expect(third.view).toMatchObject({ verdict: 'repeated', response: first.view?.response, duplicate_of: first.id });
    expect(third.view?.emm_ids).toEqual([]);
    await database.query(`UPDATE sms_request_texts SET at = at - interval '11 minutes' WHERE client_id = $1`, [
      clientId,
    ]);
    expect((await ask('ACT 1234567897 SPORT')).view?.verdict).toBe('activated');
  });

  test('is carried out once, however often and by however many it is taken up', async () => {
    const id = await write('ACT 1234567897 SPORT');
    const world = worldWith(test_.encryption);
    await Promise.all([generateEmm(world, id), generateEmm(world, id), generateEmm(world, id)]);
    expect(await generateEmm(world, id)).toBeNull();
    expect(await emms()).toHaveLength(1);
    expect(await messagesOf()).toHaveLength(1);
    const [held] = await database.query<{ months: number }>(
      `SELECT extract(month FROM age(ends_at, starts_at))::integer AS months FROM cas_entitlements WHERE client_id = $1`,
      [clientId],
    );
    expect(held?.months).toBeLessThanOrEqual(1);
  });

  test.each(['seal', 'answer', 'finish'] as const)('goes on where it was cut off: before %s', async (step) => {
    const id = await write('ACT 1234567897 SPORT');
    const broken = worldWith(test_.encryption, { [step]: () => Promise.reject(new Error('cut off')) });
    await expect(generateEmm(broken, id)).rejects.toThrow('cut off');
    expect((await readCasRequest(database.sql, clientId, id))?.processed_at).toBeNull();
    await generateEmm(worldWith(test_.encryption), id);
    expect((await emms()).filter(({ encrypted_emm }) => encrypted_emm !== null)).toHaveLength(1);
    expect(await messagesOf()).toHaveLength(1);
  });

  test('of two at once for one card both count', async () => {
    const ids = [
      await write('ACT 1234567897 SPORT'),
      await write('ACT 1234567897 KINO'),
      await write('ACT 1234567897 SPORT*2'),
    ];
    await Promise.all(ids.map((id) => generateEmm(worldWith(test_.encryption), id)));
    const rows = await database.query<{ code: string; months: number }>(
      `SELECT code, round(extract(epoch FROM ends_at - now()) / 86400 / 30.4)::integer AS months FROM cas_entitlements
       WHERE client_id = $1 ORDER BY code`,
      [clientId],
    );
    expect(rows).toEqual([
      { code: 'KINO', months: 1 },
      { code: 'SPORT', months: 3 },
    ]);
    const onAir = (await emms()).filter(({ replaced_by }) => replaced_by === null);
    expect(onAir).toHaveLength(1);
    expect(receive(onAir[0]?.encrypted_emm ?? '', await epochKey()).commands).toHaveLength(3);
  });

  test.each([
    ['hello', 'keyword.unknown'],
    ['ACT 1234567890 SPORT', 'card.invalid'],
    ['ACT 4111111111111111 SPORT', 'card.unknown'],
    ['ACT 1234567897 OPERA', 'package.unknown'],
  ])('that cannot be done is answered politely, and is never an EMM: %s', async (text, verdict) => {
    const { view } = await ask(text);
    expect(view).toMatchObject({ verdict, emm_ids: [] });
    expect(await messagesOf()).toHaveLength(1);
    expect(await emms()).toEqual([]);
  });

  test('of a flood is warned of once, then met with silence; nothing of it is an EMM', async () => {
    await database.query(`UPDATE cas_systems SET limits = '{"last_minute": 2}' WHERE client_id = $1`, [clientId]);
    const verdicts: (string | null | undefined)[] = [];
    for (const code of ['SPORT', 'KINO', 'SPORT*2', 'KINO*2', 'KINO*3'])
      verdicts.push((await ask(`ACT 1234567897 ${code}`)).view?.verdict);
    expect(verdicts).toEqual(['activated', 'activated', 'flood', 'flood', 'flood']);
    expect(await messagesOf()).toHaveLength(3);
    expect((await ask('ACT 1234567897 SPORT', '491700000002')).view?.verdict).toBe('activated');
  });

  test('to stop is heard, and answered no more', async () => {
    expect((await ask('stop')).view).toMatchObject({ verdict: 'stopped', response: null });
    const { view } = await ask('ACT 1234567897 SPORT');
    expect(view).toMatchObject({ verdict: 'activated', reply_refusal: 'recipient.opted_out', reply_id: null });
    expect(await emms()).toHaveLength(1);
  });

  test('under a test key is answered, and changes nothing', async () => {
    expect((await ask('ACT 1234567897 SPORT', sender, true)).view?.verdict).toBe('activated');
    expect(await emms()).toEqual([]);
    expect(await database.query('SELECT FROM cas_entitlements WHERE client_id = $1', [clientId])).toEqual([]);
  });

  test('for a box that works with another card is refused, also when two ask at once', async () => {
    await database.query(`INSERT INTO cas_cards (client_id, card) VALUES ($1, '4111111111111111')`, [clientId]);
    const ids = [await write(`PAIR ${testCard} 12345678`), await write('PAIR 4111111111111111 12345678')];
    await Promise.all(ids.map((id) => generateEmm(worldWith(test_.encryption), id)));
    const verdicts = await Promise.all(
      ids.map(async (id) => (await readCasRequest(database.sql, clientId, id))?.verdict),
    );
    expect(new Set(verdicts)).toEqual(new Set(['box.other-card', 'paired']));
  });

  test('waits while nothing can be encrypted: nothing is stored in clear, and it is found again', async () => {
    const id = await write('ACT 1234567897 SPORT');
    const dead: EmmEncryption = { ...test_.encryption, seal: () => Promise.reject(new Error('KMS is out')) };
    await expect(generateEmm(worldWith(dead), id)).rejects.toThrow('KMS is out');
    expect(await emms()).toMatchObject([{ encrypted_emm: null, emm_data: null }]);
    expect(await messagesOf()).toEqual([]);
    await database.query(`UPDATE sms_requests SET received_at = now() - interval '1 minute' WHERE id = $1`, [id]);
    const due = (await findDueCasRequests(database.sql, 100)).filter((each) => each.id === id);
    expect(due).toMatchObject([{ client_id: clientId, correlation_id: 'c' }]);
    await markCasRequestsQueued(database.sql, due);
    expect((await findDueCasRequests(database.sql, 100)).filter((each) => each.id === id)).toEqual([]);
    await generateEmm(worldWith(test_.encryption), id);
    expect(await messagesOf()).toHaveLength(1);
  });

  test('is written once under its key', async () => {
    const request = {
      client_id: clientId,
      sender,
      message: 'BAL',
      text_hash: 'h',
      is_test: false,
      correlation_id: 'c',
    };
    const first = await acceptCasRequest(database.sql, { id: uuidV7(), ...request }, newKey('k1'));
    const second = await acceptCasRequest(database.sql, { id: uuidV7(), ...request }, newKey('k1'));
    expect(first.outcome).toBe('accepted');
    expect(second).toMatchObject({ outcome: 'replayed', request: { id: 'request' in first ? first.request.id : '' } });
    expect(await acceptCasRequest(database.sql, { id: uuidV7(), ...request }, newKey('k1', 'b'))).toEqual({
      outcome: 'mismatch',
    });
    const other = await createClient(database, { creditCents: 0 });
    const none = await acceptCasRequest(database.sql, { id: uuidV7(), ...request, client_id: other }, null);
    expect(none).toEqual({ outcome: 'no-cas-system' });
  });
});

describe('EMMs of one device and kind', () => {
  test('are replaced by the newest, in whatever order they are sealed', async () => {
    const ids = [await write('REF 1234567897'), await write('REF 1234567897 !x')];
    const cut = worldWith(test_.encryption, { seal: () => Promise.reject(new Error('cut off')) });
    for (const id of ids) await expect(generateEmm(cut, id)).rejects.toThrow();
    const [older, newer] = await emms();
    await sealEmms(database.sql, test_.encryption, { ids: [newer?.id ?? ''] });
    expect(await sealEmms(database.sql, test_.encryption, { ids: [older?.id ?? ''] })).toEqual([]);
    const [late, current] = await emms();
    expect(late).toMatchObject({ replaced_by: newer?.id });
    expect(current).toMatchObject({ replaced_by: null });
    expect(late?.encrypted_emm).not.toBe(current?.encrypted_emm);
  });

  test('sealed together keep their own sections, and sealing again changes none', async () => {
    const ids = [await write('REF 1234567897'), await write('REF 1234567897 !x')];
    const cut = worldWith(test_.encryption, { seal: () => Promise.reject(new Error('cut off')) });
    for (const id of ids) await expect(generateEmm(cut, id)).rejects.toThrow();
    const [older, newer] = await emms();
    expect(await sealEmms(database.sql, test_.encryption, { ids: [older?.id ?? '', newer?.id ?? ''] })).toEqual([
      newer?.id,
    ]);
    const before = await emms();
    const numbers = await database.query<{ number: string }>(
      'SELECT number::text FROM emms WHERE client_id = $1 ORDER BY number',
      [clientId],
    );
    const header = receive(before[0]?.encrypted_emm ?? '', await epochKey()).header;
    expect(`${header.id}`).toBe(numbers[0]?.number);
    const again = numbers.map(({ number }) => ({ number, section: 'AAAA', section_hash: 'x', emm_data: null }));
    await storeSealedEmms(database.sql, clientId, again);
    expect(await emms()).toEqual(before);
  });
});
