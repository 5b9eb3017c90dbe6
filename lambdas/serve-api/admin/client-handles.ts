import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type { ClientChange, TurnedClient } from '#shared/adapters/change-client.ts';
import type { CreatedClient, NewClient } from '#shared/adapters/create-client.ts';
import type { WantedClients } from '#shared/adapters/read-clients.ts';
import { ChangeClient, type ClientView, CreateClient, ListClients } from '#shared/contracts/admin.ts';
import { ClientId } from '#shared/contracts/identifiers.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { type Answer, type ApiRequest, answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { checkUrl } from '../messages/read-submission.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readKey, readQuery } from '../read-body.ts';
import { actorOf, replayHeaders } from './actor-of.ts';

/** What administering clients does to the world. */
export interface ClientAdministration {
  /** UUID v7 of now. */
  newId(): string;
  readonly exemptOrigins: readonly string[];
  createClient(client: NewClient, actor: Actor, key: IdempotencyKey | null): Promise<CreatedClient>;
  changeClient(change: ClientChange, actor: Actor): Promise<ClientView | null>;
  turnClient(id: string, to: 'suspended' | 'active', actor: Actor, key: IdempotencyKey | null): Promise<TurnedClient>;
  readClient(id: string): Promise<ClientView | null>;
  listClients(wanted: WantedClients): Promise<ClientView[]>;
}

type Operations = 'createClient' | 'listClients' | 'getClient' | 'changeClient' | 'suspendClient' | 'resumeClient';

export const noSuchClient = (): Refusal => refuse('client.not_found', 'None has that id.');

/** The client that the path names; null when nothing can have such an id. */
export const clientIdOf = (request: ApiRequest): string | null =>
  ClientId.safeParse(request.pathParameters.id).data ?? null;

/** What a URL holds beside its origin may be a secret of the client's. */
const withoutSecrets = <Settings extends { readonly callback_url?: string | null | undefined }>(settings: Settings) =>
  settings.callback_url ? { ...settings, callback_url: new URL(settings.callback_url).origin } : settings;

const createClient =
  (world: ClientAdministration): Handle =>
  async (request) => {
    const body = readBody(request, CreateClient);
    if (body.outcome === 'refused') return body;
    const settings = body.value;
    const keyed = readKey(request, 'createClient', settings);
    if (keyed.outcome === 'refused') return keyed;
    const refused = checkUrl('callback_url', settings.callback_url ?? undefined, world.exemptOrigins);
    if (refused) return refused;
    const client = { id: world.newId(), settings, detail: withoutSecrets(settings) };
    const created = await world.createClient(client, actorOf(request), keyed.key);
    if (created.outcome === 'mismatch') return keyMismatch();
    return answer(201, created.client, {
      location: `/v1/admin/clients/${created.client.id}`,
      ...replayHeaders(created.outcome),
    });
  };

const listClients =
  (world: ClientAdministration): Handle =>
  async (request) => {
    const query = readQuery(request, ListClients);
    if (query.outcome === 'refused') return query;
    const name = query.value.name ?? null;
    const page = await pageOf(request, query.value, {
      name: `listClients ${JSON.stringify(name)}`,
      parse: ([id]) => ClientId.safeParse(id).data,
      positionOf: (client: ClientView) => [client.id],
      fetch: (after, limit) => world.listClients({ name, after, limit }),
    });
    return page.outcome === 'refused' ? page : answer(200, { clients: page.rows, next_cursor: page.next_cursor });
  };

const changeClient =
  (world: ClientAdministration): Handle =>
  async (request) => {
    const body = readBody(request, ChangeClient);
    if (body.outcome === 'refused') return body;
    const changes = body.value;
    const refused = checkUrl('callback_url', changes.callback_url ?? undefined, world.exemptOrigins);
    if (refused) return refused;
    const id = clientIdOf(request);
    const change = { changes, detail: withoutSecrets(changes) };
    const changed = id && (await world.changeClient({ id, ...change }, actorOf(request)));
    return changed ? answer(200, changed) : noSuchClient();
  };

const turnClient = async (
  request: ApiRequest,
  world: ClientAdministration,
  operation: 'suspendClient' | 'resumeClient',
): Promise<Answer | Refusal> => {
  const id = clientIdOf(request);
  const keyed = readKey(request, operation, id);
  if (keyed.outcome === 'refused') return keyed;
  if (!id) return noSuchClient();
  const to = operation === 'suspendClient' ? 'suspended' : 'active';
  if (to === 'suspended' && id === callerOf(request).clientId)
    return refuse('client.own', 'It would lock out the key that asks.');
  const turned = await world.turnClient(id, to, actorOf(request), keyed.key);
  if (turned.outcome === 'mismatch') return keyMismatch();
  if (turned.outcome === 'no-such-client') return noSuchClient();
  return answer(200, turned.client, replayHeaders(turned.outcome));
};

export const createClientHandles = (world: ClientAdministration): Handles<Operations> => ({
  createClient: createClient(world),
  listClients: listClients(world),
  getClient: async (request) => {
    const id = clientIdOf(request);
    const client = id && (await world.readClient(id));
    return client ? answer(200, client) : noSuchClient();
  },
  changeClient: changeClient(world),
  suspendClient: (request) => turnClient(request, world, 'suspendClient'),
  resumeClient: (request) => turnClient(request, world, 'resumeClient'),
});
