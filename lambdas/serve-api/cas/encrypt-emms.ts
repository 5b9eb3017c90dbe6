import {
  keepEncryptions,
  readKeptEncryptions,
  readSealingSystem,
  type SealingSystem,
  takeEmmNumbers,
} from '#shared/adapters/cas/create-emm.ts';
import { expiryOf } from '#shared/adapters/cas/unsealed-emms.ts';
import { EncryptEmms, type EncryptedEmms } from '#shared/contracts/cas.ts';
import type { EmmToSeal } from '#shared/contracts/emm-encryption.ts';
import type { Refusal } from '#shared/contracts/problems.ts';
import { replayHeaders } from '../admin/actor-of.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { readBody, readKey } from '../read-body.ts';
import { type EmmNeeds, noKey } from './emm-handles.ts';
import { type ReadEmm, readEmm } from './read-commands.ts';
import { noCasSystem } from './request-handles.ts';

type Items = EncryptedEmms['emms'];

interface ActiveSystem extends SealingSystem {
  readonly epoch: number;
  readonly wrapped_key: string;
}

const readAll = (given: EncryptEmms['emms'], system: SealingSystem, now: Date): readonly ReadEmm[] | Refusal => {
  const read: ReadEmm[] = [];
  for (const [i, each] of given.entries()) {
    const one = readEmm(each, system, now, `emms.${i}.`);
    if (one.outcome === 'refused') return one;
    read.push(one);
  }
  return read;
};

const encryptAll = async (
  { sql, encryption }: EmmNeeds,
  clientId: string,
  { epoch, wrapped_key, ca_system_id, sections }: ActiveSystem,
  given: EncryptEmms['emms'],
  read: readonly ReadEmm[],
): Promise<Items> => {
  const numbers = await takeEmmNumbers(sql, given.length);
  const emms = given.map(
    ({ class: emmClass, device }, i): EmmToSeal => ({
      number: numbers[i] ?? '0',
      class: emmClass,
      device,
      toggle: 0,
      expiry: expiryOf(new Date(read[i]?.expires_at ?? 0)),
      key: { suite: 'epoch', epoch, wrapped_key },
      content: { kind: 'commands', hex: read[i]?.hex ?? '' },
      is_kept: false,
    }),
  );
  const sealed = await encryption.seal({ tenant: clientId, ca_system_id, sections, emms });
  return sealed.map(({ number, section, section_hash }, i) => ({
    number,
    epoch,
    expires_at: read[i]?.expires_at ?? '',
    section_hex: Buffer.from(section, 'base64').toString('hex'),
    section_hash,
  }));
};

/** POST /v1/cas/encryptions. Without a key nothing is written; with one the sections are, for as long as it counts. */
export const createEncryptEmms =
  (needs: EmmNeeds): Handle =>
  async (request) => {
    const body = readBody(request, EncryptEmms);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'encryptEmms', body.value);
    if (keyed.outcome === 'refused') return keyed;
    const { clientId } = callerOf(request);
    const before = keyed.key && (await readKeptEncryptions<Items>(needs.sql, clientId, keyed.key));
    if (before?.outcome === 'mismatch') return keyMismatch();
    if (before) return answer(200, { emms: before.items }, replayHeaders('replayed'));
    const system = await readSealingSystem(needs.sql, clientId);
    if (!system) return noCasSystem();
    const { epoch, wrapped_key } = system;
    if (epoch === null || wrapped_key === null) return noKey();
    const read = readAll(body.value.emms, system, needs.now());
    if ('outcome' in read) return read;
    const items = await encryptAll(needs, clientId, { ...system, epoch, wrapped_key }, body.value.emms, read);
    if (!keyed.key) return answer(200, { emms: items });
    const kept = await keepEncryptions(needs.sql, { id: needs.newId(), clientId, items }, keyed.key);
    if (kept.outcome === 'mismatch') return keyMismatch();
    return answer(200, { emms: kept.items }, kept.outcome === 'replayed' ? replayHeaders('replayed') : {});
  };
