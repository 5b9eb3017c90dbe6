import type { Command } from './command.ts';

const lineOf = ({ name, positionals = [], options = {} }: Command): string =>
  [
    name,
    ...positionals.map((word) => `<${word}>`),
    ...Object.entries(options).map(([option, { value, required }]) =>
      required ? `--${option} <${value}>` : `[--${option} <${value}>]`,
    ),
  ].join(' ');

const head = `npm run signalbox -- <command>

--json prints the answer as it came. --url and --key (or SIGNALBOX_URL and SIGNALBOX_API_KEY) say where and with which
key; without them the running \`npm start\` is asked.
`;

/** Every command, or those whose name begins with the words after `help`. */
export const usage = (commands: readonly Command[], words: readonly string[]): string => {
  const wanted = words.filter((word) => word !== 'help' && !word.startsWith('-')).join(' ');
  const some = commands.filter(({ name }) => name.startsWith(wanted));
  const lines = (some.length > 0 ? some : commands).map((command) => `  ${lineOf(command)}\n      ${command.summary}`);
  return `${head}\n${lines.join('\n')}`;
};
