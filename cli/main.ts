import { createClient } from '../clients/typescript/src/create-client.ts';
import { SignalboxError } from '../clients/typescript/src/signalbox-error.ts';
import { commands } from './commands.ts';
import { endpointsOf } from './endpoints.ts';
import { type ParsedCommand, parseCommand, UsageError } from './parse-command.ts';
import { render } from './render.ts';
import { usage } from './usage.ts';

/** Errors of the line that was typed, and of what it asked for. */
const exitCodes = { usage: 2, refused: 1 } as const;

const isSeries = (answer: unknown): answer is AsyncIterable<object> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;

const run = async ({ command, given, global }: ParsedCommand): Promise<void> => {
  const { url, apiKey } = endpointsOf(global, command.needsAdmin);
  const answer = await command.run(createClient({ url, apiKey }), given);
  if (isSeries(answer)) for await (const each of answer) console.log(JSON.stringify(each));
  else console.log(global.json ? JSON.stringify(answer, null, 2) : render(answer, command.columns));
};

const explain = (error: unknown): { readonly text: string; readonly exitCode: number } => {
  if (error instanceof UsageError) return { text: error.message, exitCode: exitCodes.usage };
  if (error instanceof SignalboxError) {
    const { code, title, detail, errors = [], request_id } = error.problem;
    const fields = errors.map(({ path, message }) => `  ${path} ${message}`);
    const text = [`${code}: ${title}. ${detail}`, ...fields, `request ${request_id}`].join('\n');
    return { text, exitCode: exitCodes.refused };
  }
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return { text: `${error instanceof Error ? error.message : String(error)}${cause}`, exitCode: exitCodes.refused };
};

const main = async (words: readonly string[]): Promise<number> => {
  if (words.length === 0 || words[0] === 'help' || words.includes('--help')) {
    console.log(usage(commands, words));
    return 0;
  }
  try {
    await run(parseCommand(commands, words));
    return 0;
  } catch (error) {
    const { text, exitCode } = explain(error);
    console.error(text);
    return exitCode;
  }
};

process.exitCode = await main(process.argv.slice(2));
