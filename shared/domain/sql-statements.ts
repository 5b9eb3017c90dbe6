/** A comment, a quoted name or text, a dollar-quoted body, the end of a statement, or any one character (PostgreSQL 4.1). */
const token = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|;|[\s\S]/g;

/**
 * A migration file as single statements, because the Data API takes one a call. Comments are left out; a `;` within
 * quotes or a function's body ends nothing.
 */
export const splitStatements = (script: string): string[] => {
  const statements: string[] = [];
  let current = '';
  for (const [text] of script.matchAll(token)) {
    if (text === ';') {
      statements.push(current);
      current = '';
    } else if (!text.startsWith('--') && !text.startsWith('/*')) current += text;
  }
  return [...statements, current].map((statement) => statement.trim()).filter((statement) => statement !== '');
};
