import { listCasGroups, putCasGroup } from '#shared/adapters/cas/cas-groups.ts';
import { CasGroupNumber, type CasGroupView, ListCasGroups, PutCasGroup } from '#shared/contracts/cas-cards.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { actorOf } from '../admin/actor-of.ts';
import { clientIdOf } from '../admin/client-handles.ts';
import { answer } from '../api-request.ts';
import { noCasSystem } from '../cas/request-handles.ts';
import type { Handle, Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readQuery, refuseField } from '../read-body.ts';
import type { CasCardNeeds } from './cas-card-handles.ts';
import { sectionsOf } from './cas-system-handles.ts';
import { fitsAddress } from './fits-address.ts';

export const noSuchGroup = (): Refusal => refuse('cas_group.not_found', 'None of the client has that number.');

const list =
  ({ sql }: CasCardNeeds): Handle =>
  async (request) => {
    const query = readQuery(request, ListCasGroups);
    if (query.outcome === 'refused') return query;
    const clientId = clientIdOf(request);
    if (!clientId) return noCasSystem();
    let isKnown = true;
    const page = await pageOf(request, query.value, {
      name: `listCasGroups ${clientId}`,
      parse: ([number]) => CasGroupNumber.safeParse(number).data,
      positionOf: ({ number }: CasGroupView) => [number],
      fetch: async (after, limit) => {
        const rows = await listCasGroups(sql, { clientId, after, limit });
        isKnown = rows !== null;
        return rows ?? [];
      },
    });
    if (!isKnown) return noCasSystem();
    return page.outcome === 'refused' ? page : answer(200, { groups: page.rows, next_cursor: page.next_cursor });
  };

const put =
  ({ sql, protectDeviceKeys }: CasCardNeeds): Handle =>
  async (request) => {
    const body = readBody(request, PutCasGroup);
    if (body.outcome === 'refused') return body;
    const number = CasGroupNumber.safeParse(request.pathParameters.number);
    if (!number.success) return noSuchGroup();
    const clientId = clientIdOf(request);
    const sections = clientId && (await sectionsOf(sql, clientId));
    if (!sections) return noCasSystem();
    if (!fitsAddress(number.data, sections.shared))
      return refuseField('number', 'does not fit the addresses of this CA system');
    const [deviceKey] = await protectDeviceKeys(clientId, [body.value.key]);
    if (deviceKey === undefined) throw new Error('The key was not protected');
    const group = await putCasGroup(sql, { clientId, number: number.data, deviceKey }, actorOf(request));
    return group ? answer(200, group) : noCasSystem();
  };

/** Groups of cards that share a key: one EMM tells all of them the key of an epoch. */
export const createCasGroupHandles = (needs: CasCardNeeds): Handles<'listCasGroups' | 'putCasGroup'> => ({
  listCasGroups: list(needs),
  putCasGroup: put(needs),
});
