/** What a spreadsheet would take for a formula when a field begins with it. */
const formula = /^[=+\-@\t\r]/;

const toField = (value: string | number | null): string => {
  if (value === null) return '';
  if (typeof value === 'number') return `${value}`;
  const harmless = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/**
 * One record of a CSV file (RFC 4180), CRLF and all. Text that a spreadsheet would compute gets an apostrophe before it;
 * numbers are ours, and stay numbers; null is an empty field.
 */
export const toCsvRecord = (fields: readonly (string | number | null)[]): string =>
  `${fields.map(toField).join(',')}\r\n`;
