import { effectOf, type LedgerPosition, type MovementRow } from '#shared/adapters/ledger-statement.ts';
import type { StatementPageOf, StatementRead } from '#shared/adapters/read-statement.ts';
import { ExportStatement } from '#shared/contracts/credit.ts';
import { toCsvRecord } from '#shared/domain/csv.ts';
import { encodeCursor } from '#shared/domain/cursor.ts';
import { type Answer, answer, callerOf } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { readQuery } from '../read-body.ts';
import { entryIdOf, noSuchAccount, noSuchCursor, positionOf } from './list-ledger.ts';

export interface Statements {
  now(): Date;
  readStatement(page: StatementPageOf): Promise<StatementRead>;
}

/** At once from the database, whose answers end at 1 MiB. */
const rowsAtOnce = 500;
/** In one answer: a function's end at 6 MB, as JSON, and a gateway waits for 29 seconds. */
const mostRows = 20_000;
const mostOctets = 4 * 1024 * 1024;
const longestMs = 8_000;

/** Beyond every movement. */
const end = '9999-01-01T00:00:00.000Z';

interface Span {
  readonly from: string;
  readonly to: string;
  /** What the file is called by. */
  readonly name: string;
}

const spanOf = ({ month, from_time, to_time = end }: ExportStatement): Span => {
  if (month === undefined) {
    const from = from_time ?? end;
    return { from, to: to_time, name: from.slice(0, 10) };
  }
  const [year = 0, number = 0] = month.split('-').map(Number);
  return { from: `${month}-01T00:00:00.000Z`, to: new Date(Date.UTC(year, number)).toISOString(), name: month };
};

const columns = [
  'created_at',
  'id',
  'message_id',
  'part',
  'kind',
  'source',
  'amount_cents',
  'change_cents',
  'balance_cents',
  'reason',
];

const balanceRecord = (kind: string, cents: number): string =>
  toCsvRecord([null, null, null, null, kind, null, null, null, cents, null]);

const movementRecord = (row: MovementRow): string =>
  toCsvRecord([
    new Date(row.created_at).toISOString(),
    entryIdOf(row),
    row.kind === 'GRANT' ? null : row.id,
    row.part === 0 ? null : row.part,
    row.kind,
    row.source,
    row.amount_cents,
    effectOf(row),
    row.balance_cents,
    row.reason,
  ]);

interface Part {
  readonly outcome: 'read';
  readonly opening: number;
  readonly closing: number;
  readonly records: readonly string[];
  readonly next: LedgerPosition | null;
}

type Wanted = Pick<StatementPageOf, 'clientId' | 'from' | 'to' | 'after'>;

/** Page after page, until it is at its end or enough for one answer. */
const readPart = async (
  world: Statements,
  wanted: Wanted,
): Promise<Part | Exclude<StatementRead, { outcome: 'read' }>> => {
  const begun = world.now().getTime();
  const records: string[] = [];
  let octets = 0;
  let opening: number | undefined;
  let closing = 0;
  for (let after = wanted.after; ; ) {
    const page = await world.readStatement({ ...wanted, after, limit: rowsAtOnce });
    if (page.outcome !== 'read') return page;
    opening ??= page.openingCents;
    closing = page.movements.at(-1)?.balance_cents ?? page.openingCents;
    for (const movement of page.movements) {
      const record = movementRecord(movement);
      octets += Buffer.byteLength(JSON.stringify(record));
      records.push(record);
    }
    after = page.next;
    const isEnough =
      records.length + rowsAtOnce > mostRows || octets > mostOctets || world.now().getTime() - begun > longestMs;
    if (!after || isEnough) return { outcome: 'read', opening, closing, records, next: after };
  }
};

const fileOf = (part: Part, isFirst: boolean): string =>
  [
    toCsvRecord(columns),
    balanceRecord(isFirst ? 'OPENING' : 'BROUGHT_FORWARD', part.opening),
    ...part.records,
    balanceRecord(part.next ? 'CARRIED_FORWARD' : 'CLOSING', part.closing),
  ].join('');

const linkOf = ({ month, from_time, to_time }: ExportStatement, cursor: string): string => {
  const given = Object.entries({ month, from_time, to_time, cursor }).filter(([, value]) => value !== undefined);
  return `</v1/account/statement?${new URLSearchParams(given as [string, string][]).toString()}>; rel="next"`;
};

/** GET /v1/account/statement: a file, or a part of one that says by its Link where the next part is. */
export const createExportStatement =
  (world: Statements): Handle =>
  async (request) => {
    const query = readQuery(request, ExportStatement);
    if (query.outcome === 'refused') return query;
    const { clientId } = callerOf(request);
    const { from, to, name } = spanOf(query.value);
    const scope = `${clientId} statement ${from} ${to}`;
    const after = positionOf(scope, query.value.cursor);
    if (after === undefined) return noSuchCursor();
    const part = await readPart(world, { clientId, from, to, after });
    if (part.outcome === 'no-such-client') return noSuchAccount();
    if (part.outcome === 'no-such-position') return noSuchCursor();
    const headers: Answer['headers'] = {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="statement-${name}.csv"`,
      ...(part.next ? { link: linkOf(query.value, encodeCursor(scope, part.next)) } : {}),
    };
    return answer(200, fileOf(part, after === null), headers);
  };
