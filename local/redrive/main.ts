import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { configs, parseStage, type Stage } from '../../infra/config.ts';
import { namesOf } from '../../infra/names.ts';
import type { LetterSample } from './describe-letter.ts';
import { openRedrive } from './redrive.ts';

const usage = `npm run redrive -- QUEUE --stage STAGE --max N            says what would be moved, and moves nothing
npm run redrive -- QUEUE --stage STAGE --max N --apply    moves at most N dead letters of QUEUE back to QUEUE

QUEUE as in the runbook: outcomes, deliveries-normal, callbacks. The credentials are those of the shell; of the stage
local, those of the \`npm start\` that runs. Mend the fault first: what fails again is a dead letter again.`;

const localFile = fileURLToPath(new URL('../../.local/endpoints.json', import.meta.url));
const Local = z.object({ aws: z.record(z.string(), z.string()) });

/** The environment of an SDK client that reaches the dev cloud; nothing for a stage on AWS. */
const environmentOf = (stage: Stage): Readonly<Record<string, string>> => {
  if (stage !== 'local') return {};
  if (!existsSync(localFile)) throw new Error('The stage local does not run: start it with `npm start`.');
  return Local.parse(JSON.parse(readFileSync(localFile, 'utf8'))).aws;
};

const connect = (stage: Stage): SQSClient => {
  Object.assign(process.env, environmentOf(stage));
  return new SQSClient({ region: configs[stage].region, useQueueUrlAsEndpoint: false });
};

const readArguments = (args: readonly string[]) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { stage: { type: 'string' }, max: { type: 'string' }, apply: { type: 'boolean', default: false } },
  });
  const [queue, ...others] = positionals;
  const most = Number(values.max);
  if (queue === undefined || others.length > 0) throw new Error(`Name one queue.\n\n${usage}`);
  if (values.stage === undefined) throw new Error(`Name the stage: --stage prod.\n\n${usage}`);
  if (!Number.isInteger(most) || most < 1) throw new Error(`Say how many at most: --max 100.\n\n${usage}`);
  return { queue: queue.replace(/-dlq$/, ''), stage: parseStage(values.stage), most, apply: values.apply };
};

const render = ({ id, sentAt, type, ids }: LetterSample): string =>
  [`  ${sentAt}`, id, type ?? 'not one of our messages', ...Object.entries(ids).map((entry) => entry.join('='))].join(
    '  ',
  );

/** Says what is there, and moves it when that was asked for. */
export const runRedrive = async (args: readonly string[], say: (line: string) => void): Promise<void> => {
  const { queue, stage, most, apply } = readArguments(args);
  const sqs = connect(stage);
  try {
    const redrive = await openRedrive(sqs, namesOf(stage).of(queue));
    const { waiting, inHand, sample } = await redrive.survey();
    say(`${stage}: ${waiting} dead letters of ${queue} wait, ${inHand} are in somebody's hands.`);
    const [oldest] = sample;
    if (oldest) say(`Of ${sample.length} that were looked at, the oldest is of ${oldest.sentAt}:`);
    for (const letter of sample) say(render(letter));
    say(
      apply
        ? `${await redrive.move(most)} were moved back to ${queue}.`
        : `Nothing was moved. With --apply, ${Math.min(most, waiting)} go back to ${queue}.`,
    );
  } finally {
    sqs.destroy();
  }
};

if (import.meta.main) {
  await runRedrive(process.argv.slice(2), console.log).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
