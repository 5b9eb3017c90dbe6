import * as z from 'zod';
import type { WantedAudit } from '#shared/adapters/read-audit.ts';
import { type AuditEntry, ListAudit } from '#shared/contracts/admin.ts';
import { answer } from '../api-request.ts';
import type { Handles } from '../handles.ts';
import { pageOf } from '../page-of-list.ts';
import { readQuery } from '../read-body.ts';

export interface AuditLog {
  listAudit(wanted: WantedAudit): Promise<AuditEntry[]>;
}

export const createAuditHandles = (world: AuditLog): Handles<'listAudit'> => ({
  listAudit: async (request) => {
    const query = readQuery(request, ListAudit);
    if (query.outcome === 'refused') return query;
    const { subject = null, action = null, actor = null } = query.value;
    const filters = { subject, action, actor };
    const page = await pageOf(request, query.value, {
      name: `listAudit ${JSON.stringify(filters)}`,
      parse: ([id]) => z.uuid().safeParse(id).data,
      positionOf: (entry: AuditEntry) => [entry.id],
      fetch: (after, limit) => world.listAudit({ ...filters, after, limit }),
    });
    return page.outcome === 'refused' ? page : answer(200, { entries: page.rows, next_cursor: page.next_cursor });
  },
});
