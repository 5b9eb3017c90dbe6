import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseStage, parseTraffic, stages, traffics } from '../../infra/config.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the app as the CDK's command line does, which hands it `-c` in a variable. */
const synthesizeWith = (context: object): Promise<{ readonly code: number; readonly stderr: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) };
    const options = { cwd: repository, env, encoding: 'utf8' } as const;
    execFile(process.execPath, ['infra/app.ts'], options, (error, _stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });

test('a stage that does not exist is refused with one line that says what to set', async () => {
  expect(await synthesizeWith({ stage: 'nope' })).toEqual({
    code: 1,
    stderr: 'There is no stage "nope": set -c stage=NAME, where NAME is one of dev, staging, prod, local.\n',
  });
});

test('without a stage nothing is synthesized, for a default would be deployed by mistake', async () => {
  expect(await synthesizeWith({})).toEqual({
    code: 1,
    stderr: 'No stage was named: set -c stage=NAME, where NAME is one of dev, staging, prod, local.\n',
  });
});

test('traffic that does not exist is refused likewise, for the hurried write it wrongly', async () => {
  expect(await synthesizeWith({ stage: 'dev', traffic: 'now' })).toEqual({
    code: 1,
    stderr: 'There is no traffic "now": set -c traffic=canary or -c traffic=at-once.\n',
  });
});

test('traffic is that of a canary unless something else was named', () => {
  expect([undefined, ...traffics].map((name) => parseTraffic(name))).toEqual(['canary', 'canary', 'at-once']);
});

test.each(stages)('%s is a stage', (stage) => {
  expect(parseStage(stage)).toBe(stage);
});
