import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { EmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import { connectEmmKeys, type EmmKeys } from '#shared/adapters/cas/emm-keys.ts';
import { insertEpoch } from '#shared/adapters/cas/key-epochs.ts';
import { DeviceKeysAnswer, EncryptionAsked, EpochKeyAnswer, SealAnswer } from '#shared/contracts/emm-encryption.ts';
import { decodeCommands, type EmmCommand } from '#shared/domain/emm/commands.ts';
import { type EnvelopeHeader, openEnvelope } from '#shared/domain/emm/envelope.ts';
import { decodeSection, usualFormats } from '#shared/domain/emm/section.ts';
import { encryptEmm } from '../../lambdas/encrypt-emm/encrypt-emm.ts';
import { seedDemoCas } from '../../local/run/seed-cas.ts';
import { createCredentials } from '../../local/services/credentials.ts';
import { startKms } from '../../local/services/kms.ts';
import type { TestDatabase } from './database.ts';
import type { RunningSignalbox } from './running-signalbox.ts';

export const testCaSystemId = 0x4a01;
export const testCard = '1234567897';
/** The card's own key, as its manufacturer would have written it into the card. */
export const testCardKey = Buffer.alloc(32, 0x11);

/** encrypt-emm without Lambda: everything it is asked crosses JSON, as there. */
export const encryptionOf = (keys: EmmKeys): EmmEncryption => {
  const ask = async (asked: object): Promise<unknown> =>
    JSON.parse(JSON.stringify(await encryptEmm(keys, EncryptionAsked.parse(JSON.parse(JSON.stringify(asked))))));
  return {
    seal: async (asked) => SealAnswer.parse(await ask({ operation: 'seal', ...asked })).emms,
    makeEpochKey: async (tenant, epoch) =>
      EpochKeyAnswer.parse(await ask({ operation: 'make-epoch-key', tenant, epoch })).wrapped_key,
    rewrapEpochKey: async (tenant, epoch, wrapped_key) =>
      EpochKeyAnswer.parse(await ask({ operation: 'rewrap-epoch-key', tenant, epoch, wrapped_key })).wrapped_key,
    protectDeviceKeys: async (tenant, given) =>
      DeviceKeysAnswer.parse(await ask({ operation: 'protect-device-keys', tenant, keys: given })).device_keys,
  };
};

export interface TestKeys {
  readonly keys: EmmKeys;
  readonly encryption: EmmEncryption;
  /** Calls of KMS so far. */
  calls(): number;
  stop(): Promise<void>;
}

/** The keys of EMMs on a KMS of its own. */
export const startTestKeys = async (): Promise<TestKeys> => {
  const gate = createCredentials();
  const service = await startKms({ gate });
  const client = new KMSClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: gate.issue('test'),
    maxAttempts: 1,
  });
  const newKey = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  let calls = 0;
  const arns = { emm: await newKey(), storage: await newKey() };
  client.middlewareStack.add((next) => (args) => {
    calls += 1;
    return next(args);
  });
  const keys = connectEmmKeys(arns, client);
  return {
    keys,
    encryption: encryptionOf(keys),
    calls: () => calls,
    stop: async () => {
      client.destroy();
      await service.stop();
    },
  };
};

/** A CA system with two packages, a card with a key of its own, and an epoch where one is wanted. */
export const createCasSystem = async (
  database: Pick<TestDatabase, 'query' | 'sql'>,
  encryption: EmmEncryption,
  clientId: string,
  { hasEpoch = true, keyLeadMinutes = 0 }: { readonly hasEpoch?: boolean; readonly keyLeadMinutes?: number } = {},
): Promise<void> => {
  await database.query('INSERT INTO cas_systems (client_id, ca_system_id, key_lead_minutes) VALUES ($1, $2, $3)', [
    clientId,
    testCaSystemId,
    keyLeadMinutes,
  ]);
  await database.query(
    `INSERT INTO cas_packages (client_id, code, name, product) VALUES ($1, 'SPORT', 'Sport', 17), ($1, 'KINO', 'Kino', 18)`,
    [clientId],
  );
  const [deviceKey] = await encryption.protectDeviceKeys(clientId, [testCardKey.toString('hex')]);
  await database.query('INSERT INTO cas_cards (client_id, card, device_key) VALUES ($1, $2, $3)', [
    clientId,
    testCard,
    deviceKey,
  ]);
  if (!hasEpoch) return;
  const wrapped_key = await encryption.makeEpochKey(clientId, 1);
  await insertEpoch(database.sql, { client_id: clientId, epoch: 1, state: 'ACTIVE', wrapped_key });
};

/** What a receiver makes of a section with this key. @throws EmmError */
export const receive = (
  sectionBase64: string,
  key: Uint8Array,
): { readonly header: EnvelopeHeader; readonly address: string; readonly commands: readonly EmmCommand[] } => {
  const octets = Buffer.from(sectionBase64, 'base64');
  const section = decodeSection(octets, usualFormats);
  const context = { ca_system_id: testCaSystemId, table_id: octets.readUInt8(0), address: section.address };
  const { header, plaintext } = openEnvelope(section.body, context, key);
  return {
    header,
    address: Buffer.from(section.address).toString('hex'),
    commands: decodeCommands(plaintext),
  };
};

/** Gives a client of a running Signalbox the demonstration's CA system, with a key to encrypt with. */
export const giveDemoCas = async (box: Pick<RunningSignalbox, 'cloud' | 'query'>, clientId: string): Promise<void> => {
  const { endpoints, operatorCredentials: credentials } = box.cloud;
  const kms = new KMSClient({ region: 'eu-central-1', endpoint: endpoints.kms, credentials });
  const database = { query: async (text: string, values: unknown[]) => ({ rows: await box.query(text, values) }) };
  await seedDemoCas(database, { kms, clientId, prefix: 'signalbox-local' });
  kms.destroy();
};
