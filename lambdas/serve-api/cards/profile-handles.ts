import { listCardProfiles, putCardProfile } from '#shared/adapters/card-profiles.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { type CardProfile, ListCardProfiles, ProfileName, PutCardProfile } from '#shared/contracts/cards.ts';
import { actorOf } from '../admin/actor-of.ts';
import { answer } from '../api-request.ts';
import type { Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readQuery, refuseFields } from '../read-body.ts';

/** How kinds of cards depart from the standards. */
export const createProfileHandles = (sql: Sql): Handles<'listCardProfiles' | 'putCardProfile'> => ({
  listCardProfiles: async (request) => {
    const query = readQuery(request, ListCardProfiles);
    if (query.outcome === 'refused') return query;
    const page = await pageOf(request, query.value, {
      name: 'listCardProfiles',
      parse: ([name]) => ProfileName.safeParse(name).data,
      positionOf: ({ name }: CardProfile) => [name],
      fetch: (after, limit) => listCardProfiles(sql, after, limit),
    });
    return page.outcome === 'refused' ? page : answer(200, { profiles: page.rows, next_cursor: page.next_cursor });
  },
  putCardProfile: async (request) => {
    const body = readBody(request, PutCardProfile);
    if (body.outcome === 'refused') return body;
    const name = ProfileName.safeParse(request.pathParameters.name);
    if (!name.success) return refuseFields(name.error.issues.map(({ message }) => ({ path: 'name', message })));
    return answer(200, await putCardProfile(sql, name.data, body.value, actorOf(request)));
  },
});
