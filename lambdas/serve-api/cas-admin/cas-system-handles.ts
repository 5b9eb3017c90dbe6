import { changeCasSystem, putCasSystem, readCasSystem } from '#shared/adapters/cas/cas-systems.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { ChangeCasSystem, mostCasWords, PutCasSystem } from '#shared/contracts/cas-systems.ts';
import { refuse } from '#shared/contracts/problems.ts';
import type { SectionFormats } from '#shared/domain/emm/section.ts';
import { actorOf } from '../admin/actor-of.ts';
import { clientIdOf, noSuchClient } from '../admin/client-handles.ts';
import { answer } from '../api-request.ts';
import { noCasSystem } from '../cas/request-handles.ts';
import type { Handle, Handles } from '../handles.ts';
import { readBody } from '../read-body.ts';

/** How a client's CA system writes its sections; null when it has none. */
export const sectionsOf = async (sql: Sql, clientId: string): Promise<SectionFormats | null> =>
  (await readCasSystem(sql, clientId))?.sections ?? null;

const put =
  (sql: Sql): Handle =>
  async (request) => {
    const body = readBody(request, PutCasSystem);
    if (body.outcome === 'refused') return body;
    const clientId = clientIdOf(request);
    if (!clientId) return noSuchClient();
    const made = await putCasSystem(sql, clientId, body.value, actorOf(request));
    if (made.outcome === 'no-such-client') return noSuchClient();
    if (made.outcome === 'fixed')
      return refuse('cas_system.fixed', 'It has had EMMs: ca_system_id and sections stay as they are.');
    return answer(200, made.system);
  };

const change =
  (sql: Sql): Handle =>
  async (request) => {
    const body = readBody(request, ChangeCasSystem);
    if (body.outcome === 'refused') return body;
    const clientId = clientIdOf(request);
    if (!clientId) return noCasSystem();
    const changed = await changeCasSystem(sql, clientId, body.value, actorOf(request));
    switch (changed.outcome) {
      case 'changed':
        return answer(200, changed.system);
      case 'no-system':
        return noCasSystem();
      case 'product-taken':
        return refuse('cas_package.product_taken', 'Another package of the client has it.');
      case 'in-use':
        return refuse('cas_package.in_use', `Cards are entitled to ${changed.codes.join(', ')}.`);
      case 'number-taken':
        return refuse('cas_number.taken', `Texts to ${changed.numbers.join(', ')} are another client’s.`);
      case 'too-many':
        return refuse('cas_system.too_large', `It would have more than ${mostCasWords} of them.`);
    }
  };

/** What a CA system is, and what subscribers may text to it. */
export const createCasSystemHandles = (sql: Sql): Handles<'putCasSystem' | 'getCasSystem' | 'changeCasSystem'> => ({
  putCasSystem: put(sql),
  getCasSystem: async (request) => {
    const clientId = clientIdOf(request);
    const system = clientId && (await readCasSystem(sql, clientId));
    return system ? answer(200, system) : noCasSystem();
  },
  changeCasSystem: change(sql),
});
