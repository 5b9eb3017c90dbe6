import { describe, expect, test } from 'vitest';
import { commands } from './commands.ts';
import { parseCommand, UsageError } from './parse-command.ts';
import { usage } from './usage.ts';

const parse = (line: string) => parseCommand(commands, line.split(' '));

test('a command is found by its words, with its options and the words after it', () => {
  const { command, given, global } = parse('clients create --name Acme --credit 50000 --json');
  expect(command.name).toBe('clients create');
  expect(given).toEqual({ name: 'Acme', credit: '50000' });
  expect(global).toEqual({ json: true, url: undefined, key: undefined });
  expect(parse('keys rotate C K --overlap 60').given).toEqual({ client: 'C', key: 'K', overlap: '60' });
});

describe('what is no command says what would be', () => {
  test.each([
    ['clients destroy', /clients create, clients list/],
    ['bogus', /Ask `help`/],
    ['clients create', /needs --name <name>/],
    ['clients show', /takes <client>, and 0 were given/],
    ['clients show A B', /and 2 were given/],
    ['clients create --nmae x', /Ask `help clients create`/],
  ])('%s', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(message);
  });
});

test('help tells of every command, and of some when their beginning is asked for', () => {
  for (const { name } of commands) expect(usage(commands, ['help'])).toContain(`  ${name}`);
  expect(usage(commands, ['help', 'keys'])).not.toContain('clients create');
});

test('no two commands are called alike, or one as another begins', () => {
  const names = commands.map(({ name }) => name);
  for (const name of names)
    expect(names.filter((other) => other === name || other.startsWith(`${name} `))).toEqual([name]);
});
