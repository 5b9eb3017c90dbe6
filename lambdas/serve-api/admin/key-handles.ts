import * as z from 'zod';
import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type { IssuedKey, KeySeed, Rotation } from '#shared/adapters/issue-api-key.ts';
import type { ListedApiKey, WantedApiKeys } from '#shared/adapters/read-api-keys.ts';
import {
  type ApiKeyView,
  type ClientView,
  CreateApiKey,
  type IssuedApiKey,
  ListApiKeys,
  RotateApiKey,
} from '#shared/contracts/admin.ts';
import { ApiKeyId } from '#shared/contracts/identifiers.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { issueApiKey } from '#shared/domain/api-key.ts';
import { type Answer, type ApiRequest, answer } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readKey, readQuery, refuseField } from '../read-body.ts';
import { actorOf, replayHeaders } from './actor-of.ts';
import { clientIdOf, noSuchClient } from './client-handles.ts';

/** What administering keys does to the world. */
export interface KeyAdministration {
  /** UUID v7 of now. */
  newId(): string;
  /** A new secret of 160 bits with its bcrypt hash. */
  newSecret(): Promise<{ readonly secret: string; readonly hash: string }>;
  /** With what the checks of keys are made. */
  pepper(): Promise<string>;
  issueKey(seed: KeySeed, wanted: CreateApiKey, actor: Actor, key: IdempotencyKey | null): Promise<IssuedKey>;
  rotateKey(seed: KeySeed, rotation: Rotation, actor: Actor, key: IdempotencyKey | null): Promise<IssuedKey>;
  revokeKey(clientId: string, id: string, actor: Actor): Promise<boolean>;
  readKey(clientId: string, id: string): Promise<ApiKeyView | null>;
  listKeys(wanted: WantedApiKeys): Promise<ListedApiKey[]>;
  readClient(id: string): Promise<ClientView | null>;
}

type Operations = 'createApiKey' | 'listApiKeys' | 'rotateApiKey' | 'revokeApiKey';

/** The key that the path names; null when nothing can have such an id. */
const keyIdOf = (request: ApiRequest): string | null => ApiKeyId.safeParse(request.pathParameters.key_id).data ?? null;

const Position = z.object({ at: z.int(), id: ApiKeyId });

const noSuchKey = (): Refusal => refuse('api_key.not_found', 'None of this client has that id.');

type Write = (seed: KeySeed) => Promise<IssuedKey>;

/** Everything that can fail comes before the key is written: a secret that nobody was shown would be lost. */
const issue = async (
  world: KeyAdministration,
  clientId: string,
  write: Write,
): Promise<Answer | Extract<IssuedKey, { outcome: 'not-issued' }> | Refusal> => {
  const [{ secret, hash }, pepper] = await Promise.all([world.newSecret(), world.pepper()]);
  const issued = await write({ uuid: world.newId(), client_id: clientId, secret_hash: hash });
  if (issued.outcome === 'mismatch') return keyMismatch();
  if (issued.outcome === 'not-issued') return issued;
  const { key } = issued;
  const isNew = issued.outcome === 'issued';
  const text = isNew ? issueApiKey({ keyId: key.id, secret, pepper, test: key.is_test }) : null;
  const view: IssuedApiKey = { ...key, api_key: text };
  return { ...answer(201, view, replayHeaders(issued.outcome)), isSecret: true };
};

const createApiKey =
  (world: KeyAdministration): Handle =>
  async (request) => {
    const body = readBody(request, CreateApiKey);
    if (body.outcome === 'refused') return body;
    const wanted = body.value;
    const clientId = clientIdOf(request);
    const keyed = readKey(request, 'createApiKey', [clientId, wanted]);
    if (keyed.outcome === 'refused') return keyed;
    if (!clientId) return noSuchClient();
    const said = await issue(world, clientId, (seed) => world.issueKey(seed, wanted, actorOf(request), keyed.key));
    if (said.outcome !== 'not-issued') return said;
    return (await world.readClient(clientId)) ? refuseField('expires_at', 'is past') : noSuchClient();
  };

const rotateApiKey =
  (world: KeyAdministration): Handle =>
  async (request) => {
    const body = readBody(request, RotateApiKey);
    if (body.outcome === 'refused') return body;
    const clientId = clientIdOf(request);
    const oldId = keyIdOf(request);
    const keyed = readKey(request, 'rotateApiKey', [clientId, oldId, body.value]);
    if (keyed.outcome === 'refused') return keyed;
    if (!clientId || !oldId) return noSuchKey();
    const rotation = { ...body.value, old_id: oldId };
    const said = await issue(world, clientId, (seed) => world.rotateKey(seed, rotation, actorOf(request), keyed.key));
    if (said.outcome !== 'not-issued') return said;
    const old = await world.readKey(clientId, oldId);
    if (!old) return noSuchKey();
    const why = old.revoked_at ? 'revoked' : old.replaced_by ? `replaced by ${old.replaced_by}` : 'left to expire';
    return refuse('api_key.not_active', `It was ${why}.`);
  };

const listApiKeys =
  (world: KeyAdministration): Handle =>
  async (request) => {
    const query = readQuery(request, ListApiKeys);
    if (query.outcome === 'refused') return query;
    const clientId = clientIdOf(request);
    if (!clientId) return noSuchClient();
    const page = await pageOf(request, query.value, {
      name: `listApiKeys ${clientId}`,
      parse: ([at, id]) => Position.safeParse({ at, id }).data,
      positionOf: ({ position }: ListedApiKey) => [position.at, position.id],
      fetch: (after, limit) => world.listKeys({ client_id: clientId, after, limit }),
    });
    if (page.outcome === 'refused') return page;
    if (page.rows.length === 0 && !(await world.readClient(clientId))) return noSuchClient();
    const keys = page.rows.map(({ position: _position, ...key }): ApiKeyView => key);
    return answer(200, { keys, next_cursor: page.next_cursor });
  };

export const createKeyHandles = (world: KeyAdministration): Handles<Operations> => ({
  createApiKey: createApiKey(world),
  listApiKeys: listApiKeys(world),
  rotateApiKey: rotateApiKey(world),
  revokeApiKey: async (request) => {
    const clientId = clientIdOf(request);
    const id = keyIdOf(request);
    const isKnown = clientId && id && (await world.revokeKey(clientId, id, actorOf(request)));
    return isKnown ? answer(204, null) : noSuchKey();
  },
});
