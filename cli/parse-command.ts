import { parseArgs } from 'node:util';
import type { Command, Given } from './command.ts';

/** What was typed is not a command; the message says what would be. */
export class UsageError extends Error {}

export interface GlobalOptions {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly json: boolean;
}

export interface ParsedCommand {
  readonly command: Command;
  readonly given: Given;
  readonly global: GlobalOptions;
}

const find = (commands: readonly Command[], words: readonly string[]): Command => {
  const typed = words.filter((word) => !word.startsWith('-'));
  const found = commands.find(({ name }) => name === typed.slice(0, name.split(' ').length).join(' '));
  if (found) return found;
  const near = commands.filter(({ name }) => name.split(' ')[0] === typed[0]).map(({ name }) => name);
  const hint = near.length > 0 ? `There are: ${near.join(', ')}.` : 'Ask `help` for all of them.';
  throw new UsageError(`There is no command "${typed.slice(0, 2).join(' ')}". ${hint}`);
};

const parse = (command: Command, words: readonly string[]) => {
  const names = Object.keys(command.options ?? {});
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
        url: { type: 'string' },
        key: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} Ask \`help ${command.name}\`.`);
  }
};

/** @throws UsageError saying what is missing, or too much. */
export const parseCommand = (commands: readonly Command[], words: readonly string[]): ParsedCommand => {
  const command = find(commands, words);
  const { values, positionals } = parse(command, words);
  const wanted = command.positionals ?? [];
  const rest = positionals.slice(command.name.split(' ').length);
  if (rest.length !== wanted.length)
    throw new UsageError(
      `"${command.name}" takes ${wanted.length === 0 ? 'no words' : wanted.map((name) => `<${name}>`).join(' ')}, and ${rest.length} were given.`,
    );
  const missing = Object.entries(command.options ?? {}).filter(([name, { required }]) => required && !(name in values));
  if (missing.length > 0)
    throw new UsageError(
      `"${command.name}" needs ${missing.map(([name, { value }]) => `--${name} <${value}>`).join(' ')}.`,
    );
  const { url, key, json, ...options } = values as Record<string, string | boolean | undefined>;
  return {
    command,
    given: {
      ...(options as Given),
      ...Object.fromEntries(wanted.map((name, i) => [name, rest[i]])),
    },
    global: { url: url as string | undefined, key: key as string | undefined, json: json === true },
  };
};
