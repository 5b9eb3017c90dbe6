import { AwsError } from '../aws-error.ts';

/** One SQL statement with its named parameters numbered. */
export interface Statement {
  readonly text: string;
  /** The names behind $1, $2, ... in order; each once. */
  readonly names: readonly string[];
  /** Its first word in upper case, such as `SELECT`. */
  readonly verb: string;
  /** True when it may change the session, which the next call must not see. */
  readonly touchesSession: boolean;
}

/** PostgreSQL 18, 4.1: what the text of a statement is made of, as far as a colon or a semicolon can hide in it. */
const token = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|/\*)`,
    String.raw`(?<quoted>[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*")`,
    String.raw`(?<dollars>\$(?<tag>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?\$\k<tag>\$)`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    '(?<cast>::|:=)',
    String.raw`:(?<name>[A-Za-z_]\w*)`,
    String.raw`(?<position>\$\d+)`,
    '(?<end>;)',
    '[^]',
  ].join('|'),
  'gu',
);

const sessionVerbs = new Set(
  'SET RESET DISCARD LISTEN UNLISTEN PREPARE DEALLOCATE EXECUTE DECLARE LOAD DO CALL'.split(' '),
);
const sessionWords = /^(set_config|pg_(try_)?advisory_lock(_shared)?|temp|temporary)$/i;
const transactionVerbs = new Set('BEGIN START COMMIT END ROLLBACK ABORT'.split(' '));

/** Where a block comment ends: they nest (4.1.5). */
const endOfComment = (sql: string, start: number): number => {
  const marker = /\/\*|\*\//g;
  marker.lastIndex = start;
  let depth = 0;
  for (let found = marker.exec(sql); found; found = marker.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return marker.lastIndex;
  }
  return sql.length;
};

const translate = (sql: string): Statement => {
  const names: string[] = [];
  let text = '';
  let verb = '';
  let ended = false;
  let touchesSession = false;
  token.lastIndex = 0;
  for (let found = token.exec(sql); found; found = token.exec(sql)) {
    const { comment, word, name, position, end } = found.groups ?? {};
    if (comment === '/*') token.lastIndex = endOfComment(sql, found.index);
    if (comment !== undefined || /^\s$/.test(found[0])) {
      text += comment === undefined ? found[0] : ' ';
      continue;
    }
    if (ended) throw new AwsError('ValidationException', "Multistatements aren't supported.");
    if (position) throw new AwsError('BadRequestException', `Positional parameters are not supported: ${position}`);
    verb ||= (word ?? found[0]).toUpperCase();
    touchesSession ||= word !== undefined && sessionWords.test(word);
    if (end) ended = true;
    else if (name) {
      if (!names.includes(name)) names.push(name);
      text += `$${names.indexOf(name) + 1}`;
    } else text += found[0];
  }
  if (verb === '' || verb === ';') throw new AwsError('BadRequestException', 'The statement is empty.');
  return { text, names, verb, touchesSession: touchesSession || sessionVerbs.has(verb) };
};

const known = new Map<string, Statement>();

/**
 * Reads one SQL statement of a Data API call.
 *
 * @throws AwsError for several statements, positional parameters, and transaction control, which has calls of its own.
 */
export const readStatement = (sql: string): Statement => {
  const before = known.get(sql);
  if (before) return before;
  const statement = translate(sql);
  if (transactionVerbs.has(statement.verb)) {
    throw new AwsError('BadRequestException', `Use the API's calls for transactions instead of ${statement.verb}.`);
  }
  if (known.size >= 1000) known.clear();
  known.set(sql, statement);
  return statement;
};
