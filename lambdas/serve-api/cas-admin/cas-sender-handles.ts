import { barCasSender, listCasBarredSenders, unbarCasSender } from '#shared/adapters/cas/cas-barred-senders.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { type CasBarredSender, ListCasBarredSenders } from '#shared/contracts/cas-cards.ts';
import { Msisdn } from '#shared/contracts/identifiers.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { PathMsisdn } from '#shared/contracts/recipients.ts';
import { actorOf } from '../admin/actor-of.ts';
import { clientIdOf } from '../admin/client-handles.ts';
import { answer } from '../api-request.ts';
import { noCasSystem } from '../cas/request-handles.ts';
import type { Handle, Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { fieldErrors, readQuery, refuseFields } from '../read-body.ts';

const list =
  (sql: Sql): Handle =>
  async (request) => {
    const query = readQuery(request, ListCasBarredSenders);
    if (query.outcome === 'refused') return query;
    const clientId = clientIdOf(request);
    if (!clientId) return noCasSystem();
    let isKnown = true;
    const page = await pageOf(request, query.value, {
      name: `listCasBarredSenders ${clientId}`,
      parse: ([msisdn]) => Msisdn.safeParse(msisdn).data,
      positionOf: ({ msisdn }: CasBarredSender) => [msisdn],
      fetch: async (after, limit) => {
        const rows = await listCasBarredSenders(sql, { clientId, after, limit });
        isKnown = rows !== null;
        return rows ?? [];
      },
    });
    if (!isKnown) return noCasSystem();
    return page.outcome === 'refused' ? page : answer(200, { senders: page.rows, next_cursor: page.next_cursor });
  };

const bar =
  (sql: Sql): Handle =>
  async (request) => {
    const parsed = PathMsisdn.safeParse(request.pathParameters.msisdn);
    if (!parsed.success)
      return refuseFields(fieldErrors(parsed.error).map(({ message }) => ({ path: 'msisdn', message })));
    const clientId = clientIdOf(request);
    const msisdn = parsed.data;
    const isBarred = clientId && (await barCasSender(sql, { clientId, msisdn }, actorOf(request)));
    return isBarred ? answer(200, { msisdn }) : noCasSystem();
  };

/** Telephones whose texts meet silence. */
export const createCasSenderHandles = (
  sql: Sql,
): Handles<'listCasBarredSenders' | 'barCasSender' | 'unbarCasSender'> => ({
  listCasBarredSenders: list(sql),
  barCasSender: bar(sql),
  unbarCasSender: async (request) => {
    const clientId = clientIdOf(request);
    const msisdn = PathMsisdn.safeParse(request.pathParameters.msisdn).data;
    const wasBarred = clientId && msisdn && (await unbarCasSender(sql, { clientId, msisdn }, actorOf(request)));
    return wasBarred ? answer(204, null) : refuse('cas_sender.not_barred', 'It is answered.');
  },
});
