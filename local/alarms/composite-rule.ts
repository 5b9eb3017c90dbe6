import type { AlarmState } from './alarm.ts';

const token = /\s*(ALARM|OK|INSUFFICIENT_DATA|AND|OR|NOT|TRUE|FALSE|[()]|"[^"]*"|[^\s()"]+)/y;

const tokensOf = (rule: string): string[] => {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < rule.trimEnd().length) {
    const found = token.exec(rule);
    if (!found?.[1]) throw new Error(`The alarm rule ${rule} is not understood here.`);
    tokens.push(found[1]);
  }
  return tokens;
};

/** An alarm's name, or its ARN. */
const nameOf = (quoted: string): string =>
  quoted.replaceAll('"', '').replace(/^arn:[^:]*:cloudwatch:[^:]*:\d*:alarm:/, '');

/**
 * Whether the rule of a composite alarm holds (CloudWatch API Reference, PutCompositeAlarm, AlarmRule).
 *
 * @throws Error naming the rule, when it is not one.
 */
export const holds = (rule: string, stateOf: (alarmName: string) => AlarmState): boolean => {
  const tokens = tokensOf(rule);
  let place = 0;
  const next = (): string => tokens[place++] ?? '';
  const expect = (wanted: string): void => {
    if (next() !== wanted) throw new Error(`The alarm rule ${rule} is not understood here: ${wanted} is missing.`);
  };
  const atom = (): boolean => {
    const text = next();
    if (text === 'NOT') return !atom();
    if (text === 'TRUE' || text === 'FALSE') return text === 'TRUE';
    if (text === '(') {
      const value = either();
      expect(')');
      return value;
    }
    expect('(');
    const state = stateOf(nameOf(next()));
    expect(')');
    return state === text;
  };
  const all = (): boolean => {
    let value = atom();
    while (tokens[place] === 'AND') {
      place++;
      // Both sides are read, whatever the first one says.
      const right = atom();
      value = value && right;
    }
    return value;
  };
  const either = (): boolean => {
    let value = all();
    while (tokens[place] === 'OR') {
      place++;
      const right = all();
      value = value || right;
    }
    return value;
  };
  const value = either();
  if (place < tokens.length) throw new Error(`The alarm rule ${rule} is not understood here.`);
  return value;
};
