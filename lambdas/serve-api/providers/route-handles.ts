import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type { ChangedRoute, CreatedRoute, RouteRefusal } from '#shared/adapters/change-route.ts';
import type { WantedRoutes } from '#shared/adapters/routes.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import {
  ChangeRoute,
  ChangeRouting,
  CreateRoute,
  ListRoutes,
  RouteId,
  type RouteView,
  type RoutingView,
} from '#shared/contracts/routing.ts';
import { actorOf, replayHeaders } from '../admin/actor-of.ts';
import { noSuchClient } from '../admin/client-handles.ts';
import { type ApiRequest, answer } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readKey, readQuery } from '../read-body.ts';

/** What administering routes does to the world. */
export interface RouteAdministration {
  /** UUID v7 of now. */
  newId(): string;
  createRoute(
    route: { readonly id: string; readonly route: CreateRoute },
    actor: Actor,
    key: IdempotencyKey | null,
  ): Promise<CreatedRoute>;
  changeRoute(change: { readonly id: string; readonly changes: ChangeRoute }, actor: Actor): Promise<ChangedRoute>;
  removeRoute(id: string, actor: Actor): Promise<boolean>;
  readRoute(id: string): Promise<RouteView | null>;
  listRoutes(wanted: WantedRoutes): Promise<RouteView[]>;
  readRouting(): Promise<RoutingView>;
  changeRouting(changes: ChangeRouting, actor: Actor): Promise<RoutingView>;
}

type Operations =
  | 'createRoute'
  | 'listRoutes'
  | 'getRoute'
  | 'changeRoute'
  | 'removeRoute'
  | 'getRouting'
  | 'changeRouting';

const noSuchRoute = (): Refusal => refuse('route.unknown', 'None has that id.');

const routeIdOf = (request: ApiRequest): string | null => RouteId.safeParse(request.pathParameters.id).data ?? null;

const refuseRoute = (refusal: RouteRefusal): Refusal => {
  if (refusal.outcome === 'no-such-client') return noSuchClient();
  if (refusal.outcome === 'conflict')
    return refuse('route.conflict', `It is ${refusal.route.id}, by way of ${candidatesOf(refusal.route)}.`);
  const { unknown, disabled } = refusal;
  const said = [
    ...(unknown.length > 0 ? [`unknown: ${unknown.join(', ')}`] : []),
    ...(disabled.length > 0 ? [`disabled: ${disabled.join(', ')}`] : []),
  ].join('; ');
  return refuse('route.provider_unusable', `Of its candidates are ${said}.`, [{ path: 'candidates', message: said }]);
};

const candidatesOf = ({ candidates }: RouteView): string => candidates.map(({ provider }) => provider).join(', ');

const createRoute =
  (world: RouteAdministration): Handle =>
  async (request) => {
    const body = readBody(request, CreateRoute);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'createRoute', body.value);
    if (keyed.outcome === 'refused') return keyed;
    const created = await world.createRoute({ id: world.newId(), route: body.value }, actorOf(request), keyed.key);
    if (created.outcome === 'mismatch') return keyMismatch();
    if (created.outcome !== 'created' && created.outcome !== 'replayed') return refuseRoute(created);
    return answer(201, created.route, {
      location: `/v1/admin/routes/${created.route.id}`,
      ...replayHeaders(created.outcome),
    });
  };

const listRoutes =
  (world: RouteAdministration): Handle =>
  async (request) => {
    const query = readQuery(request, ListRoutes);
    if (query.outcome === 'refused') return query;
    const { prefix = null, client_id = null, provider = null } = query.value;
    const filters = { prefix, client_id, provider };
    const page = await pageOf(request, query.value, {
      name: `listRoutes ${JSON.stringify(filters)}`,
      parse: ([id]) => RouteId.safeParse(id).data,
      positionOf: (route: RouteView) => [route.id],
      fetch: (after, limit) => world.listRoutes({ ...filters, after, limit }),
    });
    return page.outcome === 'refused' ? page : answer(200, { routes: page.rows, next_cursor: page.next_cursor });
  };

const changeRoute =
  (world: RouteAdministration): Handle =>
  async (request) => {
    const body = readBody(request, ChangeRoute);
    if (body.outcome === 'refused') return body;
    const id = routeIdOf(request);
    if (!id) return noSuchRoute();
    const changed = await world.changeRoute({ id, changes: body.value }, actorOf(request));
    if (changed.outcome === 'no-such-route') return noSuchRoute();
    return changed.outcome === 'changed' ? answer(200, changed.route) : refuseRoute(changed);
  };

export const createRouteHandles = (world: RouteAdministration): Handles<Operations> => ({
  createRoute: createRoute(world),
  listRoutes: listRoutes(world),
  changeRoute: changeRoute(world),
  getRoute: async (request) => {
    const id = routeIdOf(request);
    const route = id && (await world.readRoute(id));
    return route ? answer(200, route) : noSuchRoute();
  },
  removeRoute: async (request) => {
    const id = routeIdOf(request);
    const isRemoved = id && (await world.removeRoute(id, actorOf(request)));
    return isRemoved ? answer(204, null) : noSuchRoute();
  },
  getRouting: async () => answer(200, await world.readRouting()),
  changeRouting: async (request) => {
    const body = readBody(request, ChangeRouting);
    if (body.outcome === 'refused') return body;
    return answer(200, await world.changeRouting(body.value, actorOf(request)));
  },
});
