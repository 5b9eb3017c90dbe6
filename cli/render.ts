type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Control characters, which a text may have, would move the reader's cursor. */
const clean = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd');

const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '-';
  return clean(typeof value === 'string' ? value : JSON.stringify(value));
};

const table = (rows: readonly Fields[], columns: readonly string[]): string => {
  const cells = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const record = (fields: Fields): string => {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`)
    .join('\n');
};

/**
 * An answer for people: a list as a table, with the way to its next page; one thing as its fields; a text as it is.
 *
 * @param columns of a list; every field of its first row when left out.
 */
export const render = (answer: unknown, columns?: readonly string[]): string => {
  if (answer === null || answer === undefined) return 'Done.';
  if (typeof answer === 'string') return answer;
  if (!isFields(answer)) return JSON.stringify(answer, null, 2);
  const list = Object.values(answer).find(Array.isArray) as readonly Fields[] | undefined;
  if (!list || (columns === undefined && !('next_cursor' in answer))) return record(answer);
  const shown = columns ?? Object.keys(list[0] ?? {});
  const more = typeof answer.next_cursor === 'string' ? `\nMore: --cursor ${answer.next_cursor}` : '';
  return list.length === 0 ? 'None.' : `${table(list, shown)}${more}`;
};
