import type { Sql } from '#shared/adapters/data-api.ts';
import { listTarAllowances, putTarAllowance, removeTarAllowance } from '#shared/adapters/tar-allowances.ts';
import { ListTarAllowances, PutTarAllowance, type TarAllowance } from '#shared/contracts/cards.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { Tar } from '#shared/contracts/pushes.ts';
import { actorOf } from '../admin/actor-of.ts';
import { clientIdOf, noSuchClient } from '../admin/client-handles.ts';
import { answer } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readQuery } from '../read-body.ts';

const createListTars =
  (sql: Sql): Handle =>
  async (request) => {
    const query = readQuery(request, ListTarAllowances);
    if (query.outcome === 'refused') return query;
    const clientId = clientIdOf(request);
    if (!clientId) return noSuchClient();
    let isKnown = true;
    const page = await pageOf(request, query.value, {
      name: `listTarAllowances ${clientId}`,
      parse: ([tar]) => Tar.safeParse(tar).data,
      positionOf: ({ tar }: TarAllowance) => [tar],
      fetch: async (after, limit) => {
        const rows = await listTarAllowances(sql, clientId, after, limit);
        isKnown = rows !== null;
        return rows ?? [];
      },
    });
    if (!isKnown) return noSuchClient();
    return page.outcome === 'refused' ? page : answer(200, { tars: page.rows, next_cursor: page.next_cursor });
  };

const createPutTar =
  (sql: Sql): Handle =>
  async (request) => {
    const body = readBody(request, PutTarAllowance);
    if (body.outcome === 'refused') return body;
    const tar = Tar.safeParse(request.pathParameters.tar);
    if (!tar.success) return refuse('tar_allowance.not_found', 'A TAR is six hexadecimal digits.');
    const clientId = clientIdOf(request);
    const allowed = clientId && (await putTarAllowance(sql, { clientId, tar: tar.data }, body.value, actorOf(request)));
    return allowed ? answer(200, allowed) : noSuchClient();
  };

/** Which applications of cards a client may reach, and how well it must be secured. */
export const createTarHandles = (
  sql: Sql,
): Handles<'listTarAllowances' | 'putTarAllowance' | 'removeTarAllowance'> => ({
  listTarAllowances: createListTars(sql),
  putTarAllowance: createPutTar(sql),
  removeTarAllowance: async (request) => {
    const clientId = clientIdOf(request);
    const tar = Tar.safeParse(request.pathParameters.tar).data;
    const isRemoved = clientId && tar && (await removeTarAllowance(sql, { clientId, tar }, actorOf(request)));
    return isRemoved ? answer(204, null) : refuse('tar_allowance.not_found', 'The client may not reach it anyway.');
  },
});
