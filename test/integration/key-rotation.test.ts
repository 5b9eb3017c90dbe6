import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readActiveEmms, withdrawEmm } from '#shared/adapters/cas/active-emms.ts';
import { orderEmm } from '#shared/adapters/cas/create-emm.ts';
import type { EmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import {
  activateEpoch,
  destroyEpochs,
  findUnsealedKeyEmms,
  insertEpoch,
  listEpochs,
  markDelivered,
  orderKeyEmms,
  readRotatingSystems,
  retireEpochs,
  rewrapEpoch,
} from '#shared/adapters/cas/key-epochs.ts';
import { removeCas } from '#shared/adapters/cas/remove-cas.ts';
import { reserveEmms } from '#shared/adapters/cas/reserve-emms.ts';
import { sealEmms } from '#shared/adapters/cas/seal-emms.ts';
import { storeSealedEmms } from '#shared/adapters/cas/unsealed-emms.ts';
import { readEnvelopeHeader } from '#shared/domain/emm/envelope.ts';
import { decodeSection, usualFormats } from '#shared/domain/emm/section.ts';
import { type KeyWorld, rotateKeys } from '../../lambdas/rotate-keys/rotate-keys.ts';
import {
  createCasSystem,
  receive,
  startTestKeys,
  type TestKeys,
  testCard,
  testCardKey,
  testCaSystemId,
} from '../support/cas.ts';
import { createClient } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let kms: TestKeys;
let clientId: string;

beforeAll(async () => {
  [database, kms] = await Promise.all([
    startTestDatabase({ migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)) }),
    startTestKeys(),
  ]);
});
afterAll(async () => {
  await Promise.all([database?.stop(), kms?.stop()]);
});
beforeEach(async () => {
  clientId = await createClient(database, { creditCents: 0 });
  await createCasSystem(database, kms.encryption, clientId, { hasEpoch: false });
});

const worldWith = (encryption: EmmEncryption): KeyWorld => ({
  now: () => new Date(),
  systems: () => readRotatingSystems(database.sql, clientId),
  makeEpoch: async (client_id, epoch, state) => {
    await insertEpoch(database.sql, {
      client_id,
      epoch,
      state,
      wrapped_key: await encryption.makeEpochKey(client_id, epoch),
    });
  },
  activate: (client, epoch) => activateEpoch(database.sql, client, epoch),
  rewrap: (client_id, epoch) =>
    rewrapEpoch(database.sql, { client_id, epoch }, (wrapped) => encryption.rewrapEpochKey(client_id, epoch, wrapped)),
  deliverKeys: async (client, limit) => {
    const ordered = await orderKeyEmms(database.sql, client, limit);
    await sealEmms(database.sql, encryption, { ids: await findUnsealedKeyEmms(database.sql, client, 1_000) });
    return ordered.length;
  },
  markDelivered: (client) => markDelivered(database.sql, client),
  retire: (client) => retireEpochs(database.sql, client),
  destroy: (client) => destroyEpochs(database.sql, client),
  isLate: () => false,
});

const rotate = (isDrill = false, encryption = kms.encryption) => rotateKeys(worldWith(encryption), isDrill);
const states = async () =>
  (await listEpochs(database.sql, clientId, 10)).map(({ epoch, state }) => `${epoch} ${state}`);
const active = () => readActiveEmms(database.sql, { clientId, after: '0', limit: 2_000, aheadSeconds: 0 });

/** Puts an EMM on air as the API does. */
const putOnAir = async (kind: string): Promise<void> => {
  const [epoch] = await database.query<{ epoch: number; wrapped_key: string }>(
    `SELECT epoch, wrapped_key FROM key_epochs WHERE client_id = $1 AND state = 'ACTIVE'`,
    [clientId],
  );
  const order = {
    id: uuidV7(),
    client_id: clientId,
    class: 'unique' as const,
    device: testCard,
    kind,
    starts_at: null,
  };
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const ordered = await orderEmm(database.sql, { ...order, epoch: epoch?.epoch ?? 0, expires_at }, null);
  if (ordered.outcome === 'mismatch') throw new Error('There was no key');
  const { number, revision } = ordered.emm;
  const sealed = await kms.encryption.seal({
    tenant: clientId,
    ca_system_id: testCaSystemId,
    sections: usualFormats,
    emms: [
      {
        number,
        class: 'unique',
        device: testCard,
        toggle: revision % 2 === 0 ? 0 : 1,
        expiry: Math.floor(Date.parse(expires_at) / 1000),
        key: { suite: 'epoch', epoch: epoch?.epoch ?? 0, wrapped_key: epoch?.wrapped_key ?? '' },
        content: { kind: 'commands', hex: '0300' },
        is_kept: true,
      },
    ],
  });
  await storeSealedEmms(database.sql, clientId, sealed);
};

/** A receiver that knows its card's key, and learns the others from the air. */
const learnKeys = async (): Promise<Map<number, Uint8Array>> => {
  const keys = new Map<number, Uint8Array>();
  for (const emm of (await active()).filter(({ kind }) => kind.startsWith('key-')))
    for (const command of receive(emm.section, testCardKey).commands)
      if (command.command === 'key_delivery') keys.set(command.epoch, command.key);
  return keys;
};

describe('the keys of a CA system', () => {
  test('begin with an active epoch, whose key the card is told under its own', async () => {
    expect(await rotate()).toMatchObject({ made: 1, activated: 0 });
    expect(await rotate()).toMatchObject({ made: 0, delivered: expect.any(Number) as number });
    expect(await states()).toEqual(['1 ACTIVE']);
    await putOnAir('promotion');
    const keys = await learnKeys();
    const emm = (await active()).find(({ kind }) => kind === 'promotion');
    expect(receive(emm?.section ?? '', keys.get(1) ?? Buffer.alloc(32)).commands).toEqual([
      { command: 'entitlement_reset' },
    ]);
    const [row] = await database.query<{ data: string | null }>(
      `SELECT emm_data AS data FROM emms WHERE client_id = $1 AND kind = 'key-1'`,
      [clientId],
    );
    expect(row?.data, 'a key is kept wrapped, in its epoch alone').toBeNull();
  });

  test('change in a drill: the next key is on air before it is active, and the old one drains', async () => {
    await rotate();
    await putOnAir('promotion');
    expect(await rotate(true)).toMatchObject({ made: 1, activated: 0 });
    expect(await states()).toEqual(['2 PENDING', '1 ACTIVE']);
    expect([...(await learnKeys()).keys()].toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(await rotate(true)).toMatchObject({ activated: 1 });
    expect(await states()).toEqual(['2 ACTIVE', '1 DRAINING']);
    expect(
      [...(await learnKeys()).keys()].toSorted((a, b) => a - b),
      'what is on air under the old one still opens',
    ).toEqual([1, 2]);
  });

  test('stay as they are when nothing can be encrypted, and go on when it can', async () => {
    await rotate();
    const dead: EmmEncryption = { ...kms.encryption, seal: () => Promise.reject(new Error('KMS is out')) };
    await expect(rotate(true, dead)).rejects.toThrow('1 CA systems 1 met a fault');
    await expect(rotate(true, dead)).rejects.toThrow('met a fault');
    expect(await states()).toEqual(['2 PENDING', '1 ACTIVE']);
    const [count] = await database.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM emms WHERE client_id = $1 AND kind = 'key-2'`,
      [clientId],
    );
    expect(count?.n, 'what is reserved is not reserved again').toBe(1);
    await rotate(true);
    await rotate(true);
    expect(await states()).toEqual(['2 ACTIVE', '1 DRAINING']);
  });

  test('are retired when nothing under them is on air, and destroyed after their retention', async () => {
    for (let i = 0; i < 3; i += 1) await rotate(i > 0);
    expect(await states()).toEqual(['2 ACTIVE', '1 DRAINING']);
    await database.query(`UPDATE key_epochs SET drained_at = now() - interval '6 minutes' WHERE client_id = $1`, [
      clientId,
    ]);
    expect(await rotate()).toMatchObject({ retired: 1 });
    expect([...(await learnKeys()).keys()]).toEqual([2]);
    await database.query(
      `UPDATE key_epochs SET retired_at = now() - interval '91 days' WHERE client_id = $1 AND epoch = 1`,
      [clientId],
    );
    expect(await rotate()).toMatchObject({ destroyed: 1 });
    const [gone] = await database.query('SELECT wrapped_key FROM key_epochs WHERE client_id = $1 AND epoch = 1', [
      clientId,
    ]);
    expect(gone).toEqual({ wrapped_key: null });
  });

  test('are wrapped anew four times a year, and open what they opened', async () => {
    await rotate();
    await putOnAir('promotion');
    const before = await learnKeys();
    await database.query(`UPDATE key_epochs SET wrapped_at = now() - interval '91 days' WHERE client_id = $1`, [
      clientId,
    ]);
    const wrapped = () => database.query('SELECT wrapped_key FROM key_epochs WHERE client_id = $1', [clientId]);
    const old = await wrapped();
    expect(await rotate()).toMatchObject({ rewrapped: 1 });
    expect(await wrapped()).not.toEqual(old);
    await database.query(
      `UPDATE emms SET expires_at = now() + interval '1 hour' WHERE client_id = $1 AND kind LIKE 'key-%'`,
      [clientId],
    );
    await rotate();
    expect(await learnKeys()).toEqual(before);
  });

  test('are changed once by two runs at a time', async () => {
    await rotate();
    await Promise.all([rotate(true), rotate(true), rotate(true)]);
    await Promise.all([rotate(true), rotate(true)]);
    const found = await states();
    expect(found.filter((state) => state.endsWith('ACTIVE'))).toHaveLength(1);
    expect(found.filter((state) => state.endsWith('PENDING')).length).toBeLessThanOrEqual(1);
  });
});

/** As a request does it: reserved under what is ACTIVE then, sealed afterwards. */
const grantRights = async (cards: readonly string[]): Promise<void> => {
  const rows = await database.sql<{ id: string }>(
    `WITH wanted AS (
       SELECT :client_id::uuid AS client_id, NULL::uuid AS request_id, 'unique' AS class, card AS device,
         'entitlements' AS kind, NULL::integer AS epoch, NULL::timestamptz AS expires_at
       FROM jsonb_array_elements_text(:cards::jsonb) AS card),
     ${reserveEmms} SELECT id FROM emm`,
    { client_id: clientId, cards },
  );
  await sealEmms(database.sql, kms.encryption, { ids: rows.map(({ id }) => id) });
};

test('of 1,000 EMMs that are encrypted while the key changes, a receiver opens every one', async () => {
  await rotate();
  const cards = Array.from({ length: 1_000 }, (_, i) => `${10_000_000 + i}`);
  const work = async (mine: readonly string[]) => {
    for (let at = 0; at < mine.length; at += 10) await grantRights(mine.slice(at, at + 10));
  };
  const workers = [0, 1, 2, 3].map((k) => work(cards.filter((_, i) => i % 4 === k)));
  const changes = (async () => {
    for (let i = 0; i < 6; i += 1) await rotate(true);
  })();
  await Promise.all([...workers, changes]);
  const keys = await learnKeys();
  const emms = (await active()).filter(({ kind }) => kind === 'entitlements');
  expect(emms).toHaveLength(1_000);
  const epochs = emms.map(({ section }) => {
    const { body } = decodeSection(Buffer.from(section, 'base64'), usualFormats);
    return receive(section, keys.get(readEnvelopeHeader(body).epoch) ?? Buffer.alloc(32)).header.epoch;
  });
  expect(new Set(epochs).size).toBeGreaterThan(1);
});

test('what is over is removed after its retention; never what is on air or is to be kept', async () => {
  await rotate();
  for (const kind of ['a', 'a', 'b', 'c', 'd']) await putOnAir(kind);
  const [, , b, c] = await database.query<{ id: string }>(
    'SELECT id FROM emms WHERE client_id = $1 AND kind < $2 ORDER BY number',
    [clientId, 'e'],
  );
  expect(await withdrawEmm(database.sql, clientId, b?.id ?? '')).toBe(true);
  expect(await withdrawEmm(database.sql, clientId, b?.id ?? '')).toBe(false);
  await removeCas(database.sql, 100);
  const left = async () =>
    (
      await database.query<{ kind: string }>(
        `SELECT kind FROM emms WHERE client_id = $1 AND kind NOT LIKE 'key-%' ORDER BY number`,
        [clientId],
      )
    ).map(({ kind }) => kind);
  expect(await left()).toEqual(['a', 'a', 'b', 'c', 'd']);
  await database.query(
    `UPDATE emms SET sealed_at = sealed_at - interval '91 days', withdrawn_at = withdrawn_at - interval '91 days' WHERE client_id = $1`,
    [clientId],
  );
  await database.query(
    `UPDATE emms SET expires_at = now() - interval '91 days', keep_until = now() + interval '1 day' WHERE id = $1`,
    [c?.id],
  );
  await removeCas(database.sql, 100);
  expect(await left()).toEqual(['a', 'c', 'd']);
});
