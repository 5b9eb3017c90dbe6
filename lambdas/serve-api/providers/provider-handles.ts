import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type {
  CreatedProvider,
  NewProvider,
  ProviderChange,
  RemovedProvider,
} from '#shared/adapters/change-provider.ts';
import { type ProviderRow, toProviderView, type WantedProviders } from '#shared/adapters/read-providers.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import {
  ChangeProvider,
  CreateProvider,
  ListProviders,
  type ProviderState,
  type ProviderView,
} from '#shared/contracts/provider-admin.ts';
import { ProviderName } from '#shared/contracts/providers.ts';
import { actorOf, replayHeaders } from '../admin/actor-of.ts';
import { type Answer, type ApiRequest, answer } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readKey, readQuery } from '../read-body.ts';
import { checkPassword, checkSettings } from './check-provider.ts';

/** What administering providers does to the world. */
export interface ProviderAdministration {
  /** UUID v7 of now. */
  newId(): string;
  readonly exemptHosts: readonly string[];
  createProvider(provider: NewProvider, actor: Actor, key: IdempotencyKey | null): Promise<CreatedProvider>;
  changeProvider(change: ProviderChange, actor: Actor): Promise<ProviderRow | null>;
  notePassword(name: string, actor: Actor): Promise<ProviderRow | null>;
  removeProvider(name: string, actor: Actor): Promise<RemovedProvider>;
  readProvider(name: string): Promise<ProviderRow | null>;
  listProviders(wanted: WantedProviders): Promise<ProviderView[]>;
  readProviderState(name: string): Promise<ProviderState | null>;
  putPassword(name: string, password: string): Promise<void>;
  removePassword(name: string): Promise<void>;
}

type Operations =
  | 'createProvider'
  | 'listProviders'
  | 'getProvider'
  | 'changeProvider'
  | 'removeProvider'
  | 'getProviderState';

export const noSuchProvider = (): Refusal => refuse('provider.not_found', 'None has that name.');

/** The provider that the path names; null when nothing can have such a name. */
export const providerNameOf = (request: ApiRequest): string | null =>
  ProviderName.safeParse(request.pathParameters.name).data ?? null;

/**
 * The row comes first, so that a name that is taken keeps its password; a crash before the password is written leaves
 * a provider that is told to have none, and a repetition under the same key gives it one.
 */
const createProvider =
  (world: ProviderAdministration): Handle =>
  async (request) => {
    const body = readBody(request, CreateProvider);
    if (body.outcome === 'refused') return body;
    const { password, name, kind, enabled, ...given } = body.value;
    // A hash of a password of eight characters would give it away.
    const keyed = readKey(request, 'createProvider', { name, kind, enabled, ...given });
    if (keyed.outcome === 'refused') return keyed;
    const checked = checkPassword(kind, password) ?? checkSettings(kind, given, world.exemptHosts);
    if (checked.outcome === 'refused') return checked;
    const { settings } = checked;
    const actor = actorOf(request);
    const created = await world.createProvider({ id: world.newId(), name, kind, enabled, settings }, actor, keyed.key);
    if (created.outcome === 'mismatch') return keyMismatch();
    if (created.outcome === 'taken') return refuse('provider.name_taken', `The name was ${name}.`);
    let { provider } = created;
    if (password !== undefined && provider.secret_set_at === null) {
      await world.putPassword(name, password);
      provider = (await world.notePassword(name, actor)) ?? provider;
    }
    const headers = { location: `/v1/admin/providers/${name}`, ...replayHeaders(created.outcome) };
    return { ...answer(201, toProviderView(provider), headers), isSecret: password !== undefined };
  };

const listProviders =
  (world: ProviderAdministration): Handle =>
  async (request) => {
    const query = readQuery(request, ListProviders);
    if (query.outcome === 'refused') return query;
    const kind = query.value.kind ?? null;
    const page = await pageOf(request, query.value, {
      name: `listProviders ${kind}`,
      parse: ([name]) => ProviderName.safeParse(name).data,
      positionOf: (provider: ProviderView) => [provider.name],
      fetch: (after, limit) => world.listProviders({ kind, after, limit }),
    });
    return page.outcome === 'refused' ? page : answer(200, { providers: page.rows, next_cursor: page.next_cursor });
  };

/** Changes are checked together with what stays: another one that came between is looked at anew. */
const looks = 3;

const change = async (
  request: ApiRequest,
  world: ProviderAdministration,
  { name, changes }: { readonly name: string; readonly changes: ChangeProvider },
  look = 1,
): Promise<Answer | Refusal> => {
  const stored = await world.readProvider(name);
  if (!stored) return noSuchProvider();
  const { enabled, password, traced_until: tracedUntil, ...given } = changes;
  const settings = { ...stored.settings, ...given };
  const checked = checkPassword(stored.kind, password) ?? checkSettings(stored.kind, settings, world.exemptHosts);
  if (checked.outcome === 'refused') return checked;
  if (password !== undefined) await world.putPassword(name, password);
  const { password: _password, ...detail } = changes;
  const changed = await world.changeProvider(
    {
      name,
      revision: stored.revision,
      enabled: enabled ?? null,
      settings: checked.settings,
      has_password: password !== undefined,
      is_trace_given: tracedUntil !== undefined,
      traced_until: tracedUntil ?? null,
      detail: password === undefined ? detail : { ...detail, has_new_password: true },
    },
    actorOf(request),
  );
  if (changed) return answer(200, toProviderView(changed));
  return look < looks
    ? change(request, world, { name, changes }, look + 1)
    : refuse('provider.changed', 'Others change it at the same time.');
};

const removeProvider =
  (world: ProviderAdministration): Handle =>
  async (request) => {
    const name = providerNameOf(request);
    if (!name) return noSuchProvider();
    const removed = await world.removeProvider(name, actorOf(request));
    if (removed.outcome === 'in-use')
      return refuse('provider.in_use', `It is a candidate of ${removed.routes.join(', ')}.`);
    // Also when the row has gone before: the call that removed it may have got no further.
    await world.removePassword(name);
    return removed.outcome === 'removed' ? answer(204, null) : noSuchProvider();
  };

export const createProviderHandles = (world: ProviderAdministration): Handles<Operations> => ({
  createProvider: createProvider(world),
  listProviders: listProviders(world),
  getProvider: async (request) => {
    const name = providerNameOf(request);
    const provider = name && (await world.readProvider(name));
    return provider ? answer(200, toProviderView(provider)) : noSuchProvider();
  },
  changeProvider: async (request) => {
    const body = readBody(request, ChangeProvider);
    if (body.outcome === 'refused') return body;
    const name = providerNameOf(request);
    return name ? change(request, world, { name, changes: body.value }) : noSuchProvider();
  },
  removeProvider: removeProvider(world),
  getProviderState: async (request) => {
    const name = providerNameOf(request);
    const state = name && (await world.readProviderState(name));
    return state ? answer(200, state) : noSuchProvider();
  },
});
