import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { type CursorPosition, decodeCursor, encodeCursor } from '#shared/domain/cursor.ts';
import { type ApiRequest, callerOf } from './api-request.ts';

interface Asked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One list, as its cursors know it. */
export interface List<Row, Position> {
  /** The operation and whatever narrows it. */
  readonly name: string;
  /** Where a page ended, out of a cursor; undefined for what is none. */
  parse(position: readonly (string | number)[]): Position | undefined;
  positionOf(row: Row): CursorPosition;
  fetch(after: Position | null, limit: number): Promise<readonly Row[]>;
}

export interface Page<Row> {
  readonly outcome: 'page';
  readonly rows: readonly Row[];
  readonly next_cursor: string | null;
}

/** A page, and where the next one begins. One row more than asked for tells whether there is one. */
export const pageOf = async <Row, Position>(
  request: ApiRequest,
  { limit, cursor }: Asked,
  list: List<Row, Position>,
): Promise<Page<Row> | Refusal> => {
  const scope = `${callerOf(request).clientId} ${list.name}`;
  const position = cursor === undefined ? null : decodeCursor(scope, cursor);
  const after = position && list.parse(position);
  if (after === undefined) return refuse('cursor.not_found', 'It is none of this list.');
  const found = await list.fetch(after, limit + 1);
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return { outcome: 'page', rows, next_cursor: last ? encodeCursor(scope, list.positionOf(last)) : null };
};
