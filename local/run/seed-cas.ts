import type { KMSClient } from '@aws-sdk/client-kms';
import { connectEmmKeys, storageContext } from '#shared/adapters/cas/emm-keys.ts';
import { sealStored } from '#shared/domain/emm/stored-message.ts';

/** The CA system that a local run makes for the demo client, as its head end and its receivers know it. */
export const demoCas = {
  ca_system_id: 0x4a01,
  /** Where subscribers text to. */
  number: '70001',
  packages: [
    { code: 'SPORT', name: 'Sport', product: 17 },
    { code: 'KINO', name: 'Kino', product: 18 },
    { code: 'NEWS', name: 'News', product: 19 },
  ],
  /** Cards with the keys that their manufacturer would have written into them: of a demonstration, and no secret. */
  cards: [
    { card: '1234567897', key: Buffer.alloc(32, 0x11) },
    { card: '4111111111111111', key: Buffer.alloc(32, 0x22) },
  ],
} as const;

/** Straight to PostgreSQL. */
interface Database {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * Makes the demo client's CA system where there is none yet: packages, cards, a number to text to, and the first epoch of
 * its key, so that the first request need not wait for rotate-keys.
 */
export const seedDemoCas = async (
  database: Database,
  { kms, clientId, prefix }: { readonly kms: KMSClient; readonly clientId: string; readonly prefix: string },
): Promise<void> => {
  const { rows } = await database.query(
    `INSERT INTO cas_systems (client_id, ca_system_id, key_lead_minutes) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING
     RETURNING client_id`,
    [clientId, demoCas.ca_system_id],
  );
  if (rows.length === 0) return;
  await database.query('INSERT INTO cas_numbers (number, client_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    demoCas.number,
    clientId,
  ]);
  for (const { code, name, product } of demoCas.packages)
    await database.query('INSERT INTO cas_packages (client_id, code, name, product) VALUES ($1, $2, $3, $4)', [
      clientId,
      code,
      name,
      product,
    ]);
  const keys = connectEmmKeys({ emm: `alias/${prefix}-emm`, storage: `alias/${prefix}-emm-data` }, kms);
  const owner = { tenant: clientId, epoch: 0 };
  const storageKey = await keys.storageKey(owner, demoCas.cards.length);
  for (const { card, key } of demoCas.cards)
    await database.query('INSERT INTO cas_cards (client_id, card, device_key) VALUES ($1, $2, $3)', [
      clientId,
      card,
      sealStored(key, storageContext(owner), storageKey).toString('base64'),
    ]);
  await database.query(
    `INSERT INTO key_epochs (client_id, epoch, state, wrapped_key, activated_at) VALUES ($1, 1, 'ACTIVE', $2, now())`,
    [clientId, await keys.makeEpochKey({ tenant: clientId, epoch: 1 })],
  );
};
