import { type LedgerPosition, type MovementRow, parsePosition } from '#shared/adapters/ledger-statement.ts';
import type { LedgerFilters, LedgerPageOf, LedgerRead } from '#shared/adapters/read-ledger.ts';
import { type LedgerEntry, type LedgerPage, ListLedger } from '#shared/contracts/credit.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { decodeCursor, encodeCursor } from '#shared/domain/cursor.ts';
import { clientIdOf, noSuchClient } from '../admin/client-handles.ts';
import { type Answer, type ApiRequest, answer, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { readQuery } from '../read-body.ts';

export interface Ledgers {
  readLedger(page: LedgerPageOf): Promise<LedgerRead>;
}

/** Of a movement for a message: only with part and kind is it one of a kind. */
export const entryIdOf = ({ id, part, kind }: Pick<MovementRow, 'id' | 'part' | 'kind'>): string =>
  kind === 'GRANT' ? id : `${id}/${part}/${kind}`;

export const toLedgerEntry = (row: MovementRow): LedgerEntry => ({
  id: entryIdOf(row),
  message_id: row.kind === 'GRANT' ? null : row.id,
  part: row.part === 0 ? null : row.part,
  kind: row.kind,
  amount_cents: row.amount_cents,
  balance_cents: row.balance_cents,
  source: row.source,
  reason: row.reason,
  created_at: new Date(row.created_at).toISOString(),
});

/** Where a list goes on; null at its beginning, undefined for a cursor that is none of this list. */
export const positionOf = (scope: string, cursor: string | undefined): LedgerPosition | null | undefined =>
  cursor === undefined ? null : parsePosition(decodeCursor(scope, cursor));

export const noSuchCursor = (): Refusal => refuse('cursor.not_found', 'It is none of this list.');

const filtersOf = (query: ListLedger): LedgerFilters => ({
  kind: query.kind ?? null,
  message_id: query.message_id ?? null,
  from_time: query.from_time ?? null,
  to_time: query.to_time ?? null,
});

const listOf = async (
  world: Ledgers,
  request: ApiRequest,
  clientId: string,
  unknown: () => Refusal,
): Promise<Answer | Refusal> => {
  const query = readQuery(request, ListLedger);
  if (query.outcome === 'refused') return query;
  const filters = filtersOf(query.value);
  const scope = `${callerOf(request).clientId} ledger of ${clientId} ${JSON.stringify(filters)}`;
  const after = positionOf(scope, query.value.cursor);
  if (after === undefined) return noSuchCursor();
  const read = await world.readLedger({ clientId, filters, after, limit: query.value.limit });
  if (read.outcome === 'no-such-client') return unknown();
  if (read.outcome === 'no-such-position') return noSuchCursor();
  const page: LedgerPage = {
    entries: read.entries.map(toLedgerEntry),
    next_cursor: read.next && encodeCursor(scope, read.next),
  };
  return answer(200, page);
};

export const noSuchAccount = (): Refusal => refuse('account.not_found', 'It is gone.');

/** GET /v1/account/ledger. */
export const createListLedger =
  (world: Ledgers): Handle =>
  (request) =>
    listOf(world, request, callerOf(request).clientId, noSuchAccount);

/** GET /v1/admin/clients/{id}/ledger. */
export const createListClientLedger =
  (world: Ledgers): Handle =>
  (request) => {
    const clientId = clientIdOf(request);
    return clientId === null ? noSuchClient() : listOf(world, request, clientId, noSuchClient);
  };
