import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from '../../infra/config.ts';
import { synthesize } from '../../infra/synthesize.ts';
import { resourcesOf, type Template, type TemplateResource, templatesOf } from '../../infra/templates.ts';

const cache = new Map<Stage, readonly Template[]>();

/** A stage's templates, synthesized once per test file, without compiling any program; the CDK checks them where that is asked. */
export const templatesFor = (stage: Stage, checksTemplates = false): readonly Template[] => {
  const known = cache.get(stage);
  if (known && !checksTemplates) return known;
  const outdir = mkdtempSync(join(tmpdir(), `signalbox-${stage}-`));
  const templates = templatesOf(synthesize(stage, outdir, { bundling: false, checksTemplates }));
  rmSync(outdir, { recursive: true });
  cache.set(stage, templates);
  return templates;
};

export const allOf = (stage: Stage, type: string): readonly TemplateResource[] =>
  resourcesOf(templatesFor(stage), type).map(([, resource]) => resource);

/** A function's properties by its name without the stage. */
export const functionNamed = (stage: Stage, name: string): Readonly<Record<string, unknown>> => {
  const found = allOf(stage, 'AWS::Lambda::Function').find(
    ({ Properties }) => Properties.FunctionName === `signalbox-${stage}-${name}`,
  );
  if (!found) throw new Error(`There is no function ${name}.`);
  return found.Properties;
};

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Every statement of every policy: of roles, queues, topics and keys, and what roles let assume them. */
export const statementsOf = (stage: Stage): readonly Statement[] => {
  const found: Statement[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('Effect' in value && 'Action' in value) found.push(value as Statement);
    Object.values(value).forEach(walk);
  };
  for (const template of templatesFor(stage)) walk(template.Resources);
  return found;
};

export const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();
