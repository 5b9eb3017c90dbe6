import { v7 as uuidV7 } from 'uuid';
import type { NewPush, PushMessage } from '#shared/adapters/accept-push.ts';
import { standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import type { TestDatabase } from './database.ts';

/** A card with one AES keyset in the HSM, version 1, as an import would make it. */
export const createCard = async (
  database: Pick<TestDatabase, 'query'>,
  { iccid, msisdn, counter = 0 }: { readonly iccid: string; readonly msisdn: string; readonly counter?: number },
): Promise<void> => {
  await database.query(`INSERT INTO card_profiles (name) VALUES ('standard') ON CONFLICT DO NOTHING`);
  await database.query(`INSERT INTO cards (iccid, msisdn, profile) VALUES ($1, $2, 'standard')`, [iccid, msisdn]);
  await database.query(
    `INSERT INTO card_keysets (iccid, version, kic_algorithm, kid_algorithm, location, kic, kid, last_counter)
     VALUES ($1, 1, 'aes-cbc', 'aes-cmac', 'hsm', 'kic-1', 'kid-1', $2)`,
    [iccid, counter],
  );
};

export const newPush = (iccid: string, given: Partial<NewPush> = {}): NewPush => ({
  iccid,
  key_version: 1,
  tar: 'b00010',
  por: 'always',
  security: { spi: '1639', kic: 0x12, kid: 0x12, quirks: standardQuirks },
  format: 'compact',
  data_hex: '00a40004023f00',
  reference_bits: 8,
  ...given,
});

export const newPushMessage = (clientId: string, given: Partial<PushMessage> = {}): PushMessage => ({
  id: uuidV7(),
  client_id: clientId,
  recipient: '491701000101',
  country: 'DE',
  sender: null,
  parts: 1,
  priority: 'normal',
  validity_seconds: 3600,
  callback_url: null,
  reference: null,
  metadata: null,
  is_test: false,
  correlation_id: 'test',
  ...given,
});
