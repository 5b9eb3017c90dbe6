import type { StageConfig } from '../../infra/config.ts';
import { type Finding, failed, ok } from './finding.ts';

/** What runs TypeScript as it is, and what functions run on. */
const leastNode = 24;

export const checkNode = (version: string): Finding =>
  Number(version.split('.')[0]) >= leastNode
    ? ok('node', `Node ${version}`)
    : failed(
        'node',
        `Node ${version} is below ${leastNode}. Run npm ci, and start by npm run, which puts the right one first.`,
      );

/** The deployment goes where the configuration says; the commands of the runbook go where the shell says. */
export const checkRegion = (
  { region }: StageConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Finding => {
  const shell = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (shell === undefined || shell === region) return ok('region', `${region}, as infra/config.ts says`);
  return failed(
    'region',
    `The shell says ${shell}, infra/config.ts ${region}. Set AWS_REGION=${region}, or change the stage's region.`,
  );
};

/** Whether alarms link to a page that is there. One behind a login answers as one that is not. */
export const checkRunbook = async ({ runbookUrl }: StageConfig): Promise<Finding> => {
  const unsure = (what: string): Finding => ({
    check: 'runbook',
    state: 'not checked',
    text: `${runbookUrl} ${what}. Open it once: every alarm links into it; runbookUrl in infra/config.ts is where your copy is.`,
  });
  try {
    const { ok: isThere, status } = await fetch(runbookUrl, { signal: AbortSignal.timeout(5_000) });
    return isThere ? ok('runbook', runbookUrl) : unsure(`was answered ${status}, as a page behind a login is too`);
  } catch {
    return unsure('did not answer from here');
  }
};
