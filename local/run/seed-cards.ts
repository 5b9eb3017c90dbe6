import { KMSClient } from '@aws-sdk/client-kms';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { v7 as uuidV7 } from 'uuid';
import { connectSql, type Sql } from '#shared/adapters/data-api.ts';
import { connectCardKeys } from '#shared/adapters/hsm/card-keys.ts';
import { type CardLine, importCards } from '#shared/adapters/import-cards.ts';
import type { DevCloud } from '../cloud/dev-cloud.ts';
import { type DemoCard, demoCards, demoTar } from '../sim/demo-cards.ts';

const profile = 'demo';
const algorithms = {
  aes: { kic_algorithm: 'aes-cbc', kid_algorithm: 'aes-cmac' },
  '3des-2': { kic_algorithm: '3des-2-cbc', kid_algorithm: '3des-2-cbc-mac' },
} as const;

/** The operator's own way to the database of the dev cloud. */
export const operatorSql = ({ operatorCredentials: credentials, endpoints, database }: DevCloud): Sql =>
  connectSql(database, new RDSDataClient({ region: 'eu-central-1', credentials, endpoint: endpoints.rdsData }));

/** The keys of AES cards are in the mock HSM, under these labels; those of the others are sealed in the database. */
export const demoKeyLabel = ({ iccid, keyVersion }: DemoCard, use: 'kic' | 'kid'): string =>
  `${iccid}/${keyVersion}/${use}`;

/** Makes the demo cards known where they are not yet, and lets the client reach their file systems. */
export const seedDemoCards = async (cloud: DevCloud, clientId: string, prefix: string): Promise<void> => {
  const sql = operatorSql(cloud);
  await sql(`INSERT INTO card_profiles (name) VALUES (:profile) ON CONFLICT DO NOTHING`, { profile });
  await sql(`INSERT INTO tar_allowances (client_id, tar) VALUES (:client_id::uuid, :tar) ON CONFLICT DO NOTHING`, {
    client_id: clientId,
    tar: demoTar,
  });
  const kms = new KMSClient({
    region: 'eu-central-1',
    credentials: cloud.operatorCredentials,
    endpoint: cloud.endpoints.kms,
  });
  const cardKeys = connectCardKeys(`alias/${prefix}-cards`, kms);
  const dataKey = await cardKeys.newDataKey(uuidV7());
  const toLine = async (card: DemoCard, index: number): Promise<CardLine> => {
    const { iccid, msisdn, keyVersion: version, algorithm } = card;
    const keyOf = (use: 'kic' | 'kid') =>
      algorithm === 'aes' ? demoKeyLabel(card, use) : cardKeys.seal(dataKey, { iccid, version, use }, card[use]);
    return {
      ...{ line: index + 1, iccid, msisdn, profile, version, ...algorithms[algorithm], counter: 0 },
      location: algorithm === 'aes' ? 'hsm' : 'sealed',
      kic: await keyOf('kic'),
      kid: await keyOf('kid'),
    };
  };
  const lines = await Promise.all(demoCards.map(toLine));
  const actor = { clientId, keyId: 'demo', correlationId: 'demo-cards' };
  await importCards(sql, { id: uuidV7(), lines, dataKey }, actor);
};
