import * as z from 'zod';
import { orderEmm, type ReservedEmm, readSealingSystem, type SealingSystem } from '#shared/adapters/cas/create-emm.ts';
import type { EmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import { listEpochs } from '#shared/adapters/cas/key-epochs.ts';
import { listEmms, readEmm as readStoredEmm } from '#shared/adapters/cas/read-emms.ts';
import { expiryOf, storeSealedEmms, toggleOf } from '#shared/adapters/cas/unsealed-emms.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { CreateEmm, type EmmList, type EmmView, type KeyEpochList, ListEmms } from '#shared/contracts/cas.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { replayHeaders } from '../admin/actor-of.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readKey, readQuery, refuseField } from '../read-body.ts';
import { createEncryptEmms } from './encrypt-emms.ts';
import { readEmm } from './read-commands.ts';
import { noCasSystem } from './request-handles.ts';

export interface EmmNeeds {
  readonly sql: Sql;
  now(): Date;
  /** UUID v7 of now. */
  newId(): string;
  readonly encryption: EmmEncryption;
}

const Id = z.uuid({ version: 'v7' });

export const noKey = (): Refusal => refuse('emm.no_key', 'No epoch is ACTIVE.');

interface Sealing {
  readonly clientId: string;
  readonly system: SealingSystem;
  readonly given: CreateEmm;
  readonly hex: string;
}

/** Seals what is reserved, unless that has been done: a repetition finds its EMM, or finishes it. */
const sealReserved = async (
  { sql, encryption }: EmmNeeds,
  { clientId, system, given, hex }: Sealing,
  emm: ReservedEmm,
): Promise<void> => {
  if (emm.is_sealed || emm.wrapped_key === null) return;
  const { ca_system_id, sections } = system;
  const sealed = await encryption.seal({
    tenant: clientId,
    ca_system_id,
    sections,
    emms: [
      {
        number: emm.number,
        class: given.class,
        device: given.device,
        toggle: toggleOf(emm.revision),
        expiry: expiryOf(emm.expires_at),
        key: { suite: 'epoch', epoch: emm.epoch, wrapped_key: emm.wrapped_key },
        content: { kind: 'commands', hex },
        is_kept: true,
      },
    ],
  });
  await storeSealedEmms(sql, clientId, sealed);
};

const create =
  (needs: EmmNeeds): Handle =>
  async (request) => {
    const body = readBody(request, CreateEmm);
    if (body.outcome === 'refused') return body;
    const given = body.value;
    const keyed = readKey(request, 'createEmm', given);
    if (keyed.outcome === 'refused') return keyed;
    const { clientId } = callerOf(request);
    const system = await readSealingSystem(needs.sql, clientId);
    if (!system) return noCasSystem();
    if (system.epoch === null) return noKey();
    const read = readEmm(given, system, needs.now());
    if (read.outcome === 'refused') return read;
    const { class: emmClass, device, kind, starts_at = null } = given;
    if (starts_at !== null && starts_at >= read.expires_at) return refuseField('starts_at', 'is not before expires_at');
    const ordered = await orderEmm(
      needs.sql,
      {
        id: needs.newId(),
        client_id: clientId,
        class: emmClass,
        device,
        kind,
        epoch: system.epoch,
        starts_at,
        expires_at: read.expires_at,
      },
      keyed.key,
    );
    if (ordered.outcome === 'mismatch') return keyMismatch();
    await sealReserved(needs, { clientId, system, given, hex: read.hex }, ordered.emm);
    const view = await readStoredEmm(needs.sql, clientId, ordered.emm.id);
    if (!view) return refuse('emm.not_found', 'It was removed.');
    const replayed = ordered.outcome === 'replayed' ? replayHeaders('replayed') : {};
    return answer(202, view, { location: `/v1/cas/emms/${view.id}`, ...replayed });
  };

const list =
  ({ sql }: EmmNeeds): Handle =>
  async (request) => {
    const query = readQuery(request, ListEmms);
    if (query.outcome === 'refused') return query;
    const { device = null } = query.value;
    const { clientId } = callerOf(request);
    const page = await pageOf(request, query.value, {
      name: `listEmms ${device ?? ''}`,
      parse: ([id]) => Id.safeParse(id).data,
      positionOf: ({ id }: EmmView) => [id],
      fetch: (before, limit) => listEmms(sql, { clientId, device, before, limit }),
    });
    if (page.outcome === 'refused') return page;
    const view: EmmList = { emms: [...page.rows], next_cursor: page.next_cursor };
    return answer(200, view);
  };

const mostEpochs = 100;
const textOf = (time: Date | null): string | null => time?.toISOString() ?? null;

const listKeyEpochs =
  ({ sql }: EmmNeeds): Handle =>
  async (request) => {
    const rows = await listEpochs(sql, callerOf(request).clientId, mostEpochs);
    const view: KeyEpochList = {
      key_epochs: rows.map((row) => ({
        ...row,
        created_at: row.created_at.toISOString(),
        delivered_at: textOf(row.delivered_at),
        activated_at: textOf(row.activated_at),
        retired_at: textOf(row.retired_at),
        destroyed_at: textOf(row.destroyed_at),
      })),
    };
    return answer(200, view);
  };

/** EMMs that an operator makes, and what it sees of all of them. None of it is billed. */
export const createEmmHandles = (
  needs: EmmNeeds,
): Handles<'createEmm' | 'listEmms' | 'getEmm' | 'encryptEmms' | 'listKeyEpochs'> => ({
  createEmm: create(needs),
  listEmms: list(needs),
  getEmm: async (request) => {
    const id = Id.safeParse(request.pathParameters.id);
    const found = id.success ? await readStoredEmm(needs.sql, callerOf(request).clientId, id.data) : null;
    return found ? answer(200, found) : refuse('emm.not_found', 'None of this client has that id.');
  },
  encryptEmms: createEncryptEmms(needs),
  listKeyEpochs: listKeyEpochs(needs),
});
