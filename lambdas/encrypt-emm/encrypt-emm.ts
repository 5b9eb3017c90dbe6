import { hash } from 'node:crypto';
import { type EmmKeys, type KeyOwner, storageContext } from '#shared/adapters/cas/emm-keys.ts';
import type { EmmToSeal, EncryptionAsked, SealAsked, SealedEmm } from '#shared/contracts/emm-encryption.ts';
import { encodeCommands } from '#shared/domain/emm/commands.ts';
import { sealEnvelope } from '#shared/domain/emm/envelope.ts';
import { addressOf, encodeSection, tableIdOf } from '#shared/domain/emm/section.ts';
import { openStored, readStored, sealStored } from '#shared/domain/emm/stored-message.ts';

/** Keys of cards and groups belong to no epoch. */
const noEpoch = 0;

const deviceKeyOf = async (keys: EmmKeys, tenant: string, stored: string): Promise<Uint8Array> => {
  const owner = { tenant, epoch: noEpoch };
  const message = readStored(Buffer.from(stored, 'base64'));
  const [wrapped] = message.wrapped_keys;
  if (!wrapped) throw new Error('A device key was kept without its data key');
  return openStored(message, await keys.openStorageKey(owner, wrapped), storageContext(owner));
};

/** The keys that a question needs, each asked for once, with how often it is going to be used. */
const collectEpochKeys = async (keys: EmmKeys, { tenant, emms }: SealAsked): Promise<Map<string, Uint8Array>> => {
  const uses = new Map<string, { readonly owner: KeyOwner; readonly wrapped: string; uses: number }>();
  const count = (epoch: number, wrapped: string): void => {
    const known = uses.get(wrapped);
    if (known && known.owner.epoch === epoch) known.uses += 1;
    else uses.set(wrapped, { owner: { tenant, epoch }, wrapped, uses: 1 });
  };
  for (const { key, content } of emms) {
    if (key.suite === 'epoch') count(key.epoch, key.wrapped_key);
    if (content.kind === 'key-delivery') count(content.epoch, content.wrapped_key);
  }
  const found = await Promise.all(
    [...uses.values()].map(
      async ({ owner, wrapped, uses: times }) => [wrapped, await keys.epochKey(owner, wrapped, times)] as const,
    ),
  );
  return new Map(found);
};

const commandsOf = ({ content }: EmmToSeal, epochKeys: ReadonlyMap<string, Uint8Array>): Buffer => {
  if (content.kind === 'commands') return Buffer.from(content.hex, 'hex');
  const key = epochKeys.get(content.wrapped_key);
  if (!key) throw new Error('The key to be delivered was not unwrapped');
  return encodeCommands([{ command: 'key_delivery', epoch: content.epoch, key }]);
};

/** Everything that one EMM becomes, once its keys are at hand: nothing waits in here. */
export const sealOne = (
  emm: EmmToSeal,
  { ca_system_id, sections }: Pick<SealAsked, 'ca_system_id' | 'sections'>,
  key: Uint8Array,
  commands: Uint8Array,
): Buffer => {
  const format = sections[emm.class];
  const address = addressOf(emm.device, format);
  const header = { suite: emm.key.suite, epoch: emm.key.epoch, id: BigInt(emm.number), expiry: emm.expiry };
  const context = { ca_system_id, table_id: tableIdOf(format, emm.toggle), address };
  const body = sealEnvelope(commands, header, context, key);
  return encodeSection({ class: emm.class, toggle: emm.toggle, address, body }, sections);
};

const keptAs = async (keys: EmmKeys, owner: KeyOwner, commands: Buffer): Promise<string> =>
  sealStored(commands, storageContext(owner), await keys.storageKey(owner, 1)).toString('base64');

const seal = async (keys: EmmKeys, asked: SealAsked): Promise<SealedEmm[]> => {
  const epochKeys = await collectEpochKeys(keys, asked);
  const sealed: SealedEmm[] = [];
  for (const emm of asked.emms) {
    const key =
      emm.key.suite === 'epoch'
        ? epochKeys.get(emm.key.wrapped_key)
        : await deviceKeyOf(keys, asked.tenant, emm.key.device_key);
    if (!key) throw new Error('The key of an epoch was not unwrapped');
    const commands = commandsOf(emm, epochKeys);
    const section = sealOne(emm, asked, key, commands);
    sealed.push({
      number: emm.number,
      section: section.toString('base64'),
      section_hash: hash('sha256', section),
      emm_data: emm.is_kept ? await keptAs(keys, { tenant: asked.tenant, epoch: emm.key.epoch }, commands) : null,
    });
  }
  return sealed;
};

const protect = async (keys: EmmKeys, tenant: string, plaintexts: readonly string[]): Promise<string[]> => {
  const owner = { tenant, epoch: noEpoch };
  const key = await keys.storageKey(owner, plaintexts.length);
  return plaintexts.map((hex) => sealStored(Buffer.from(hex, 'hex'), storageContext(owner), key).toString('base64'));
};

/**
 * Does what was asked. Only wrapped keys and ciphertexts leave this process.
 *
 * @throws EmmError when something does not fit or was tampered with; the SDK's own error when KMS does not answer: then
 * nothing was made, and it can be asked again.
 */
export const encryptEmm = async (keys: EmmKeys, asked: EncryptionAsked): Promise<object> => {
  switch (asked.operation) {
    case 'seal':
      return { emms: await seal(keys, asked) };
    case 'make-epoch-key':
      return { wrapped_key: await keys.makeEpochKey(asked) };
    case 'rewrap-epoch-key':
      return { wrapped_key: await keys.rewrapEpochKey(asked, asked.wrapped_key) };
    default:
      return { device_keys: await protect(keys, asked.tenant, asked.keys) };
  }
};
