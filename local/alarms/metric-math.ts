/** A value in one period; undefined: missing. */
type Value = number | undefined;

const token = /\s*(\d+(?:\.\d+)?|[A-Za-z_]\w*|>=|<=|==|!=|&&|\|\||[-+*/(),<>])/y;

const tokensOf = (expression: string): string[] => {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < expression.trimEnd().length) {
    const found = token.exec(expression);
    if (!found?.[1]) throw new Error(`The expression ${expression} is not understood here.`);
    tokens.push(found[1]);
  }
  return tokens;
};

const both =
  (compute: (a: number, b: number) => number | boolean) =>
  (a: Value, b: Value): Value => {
    if (a === undefined || b === undefined) return undefined;
    const result = Number(compute(a, b));
    return Number.isFinite(result) ? result : undefined;
  };

/** By how tightly they bind, the loosest first. */
const operators: readonly Readonly<Record<string, (a: Value, b: Value) => Value>>[] = [
  { OR: both((a, b) => a !== 0 || b !== 0), '||': both((a, b) => a !== 0 || b !== 0) },
  { AND: both((a, b) => a !== 0 && b !== 0), '&&': both((a, b) => a !== 0 && b !== 0) },
  {
    '>=': both((a, b) => a >= b),
    '<=': both((a, b) => a <= b),
    '==': both((a, b) => a === b),
    '!=': both((a, b) => a !== b),
    '>': both((a, b) => a > b),
    '<': both((a, b) => a < b),
  },
  { '+': both((a, b) => a + b), '-': both((a, b) => a - b) },
  { '*': both((a, b) => a * b), '/': both((a, b) => a / b) },
];

const functions: Readonly<Record<string, (given: readonly Value[]) => Value>> = {
  IF: ([condition, yes, no]) => (condition === undefined ? undefined : condition !== 0 ? yes : no),
  FILL: ([value, instead]) => value ?? instead,
};

/**
 * Evaluates that part of CloudWatch's metric math which the alarms here use, in one period: numbers, metrics by their
 * ids, + - * /, comparisons, AND and OR, IF and FILL (CloudWatch User Guide, "Using metric math"). What is made of a
 * missing value is missing.
 *
 * @throws Error naming the expression, when it is of another part.
 */
export const evaluateMath = (expression: string, readValue: (id: string) => Value): Value => {
  const tokens = tokensOf(expression);
  let place = 0;
  const next = (): string => tokens[place++] ?? '';
  const expect = (wanted: string): void => {
    if (next() !== wanted)
      throw new Error(`The expression ${expression} is not understood here: ${wanted} is missing.`);
  };
  const list = (): Value[] => {
    const values = [level(0)];
    while (tokens[place] === ',') {
      place++;
      values.push(level(0));
    }
    expect(')');
    return values;
  };
  const atom = (): Value => {
    const text = next();
    if (text === '(') {
      const value = level(0);
      expect(')');
      return value;
    }
    if (/^\d/.test(text)) return Number(text);
    if (!/^[A-Za-z_]/.test(text)) throw new Error(`The expression ${expression} is not understood here.`);
    if (tokens[place] !== '(') return readValue(text);
    const call = functions[text];
    if (!call) throw new Error(`The function ${text} of the expression ${expression} is not known here.`);
    place++;
    return call(list());
  };
  const level = (depth: number): Value => {
    const own = operators[depth];
    if (!own) return atom();
    let value = level(depth + 1);
    for (let found = own[tokens[place] ?? '']; found; found = own[tokens[place] ?? '']) {
      place++;
      value = found(value, level(depth + 1));
    }
    return value;
  };
  const value = level(0);
  if (place < tokens.length) throw new Error(`The expression ${expression} is not understood here.`);
  return value;
};
