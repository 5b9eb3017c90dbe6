import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from './config.ts';
import { namesOf } from './names.ts';
import { synthesize } from './synthesize.ts';
import { type Template, type TemplateResource, templatesOf } from './templates.ts';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Permission {
  readonly role: string;
  readonly actions: string;
  readonly resource: string;
  readonly condition: string;
}

const list = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** Gives what a template points at the name that a person knows it by. */
const namer = (templates: readonly Template[], stage: Stage) => {
  const exported = new Map(
    templates.flatMap((template) =>
      Object.values(template.Outputs ?? {}).map(({ Value, Export }) => [Export?.Name, { template, Value }] as const),
    ),
  );
  const prefix = namesOf(stage).of('');
  const short = (name: string) =>
    name.replaceAll(prefix, '').replace(`signalbox-${stage}/`, '').replace(`/signalbox/${stage}/`, '');

  const ofResource = (template: Template, id: string): string => {
    const resource = template.Resources[id];
    if (!resource) return short(id);
    const { Type, Properties: p } = resource;
    const kind = Type.split('::').slice(1).join(' ');
    if (Type === 'AWS::SecretsManager::SecretTargetAttachment') return nameOf(template, p.SecretId);
    if (Type === 'AWS::KMS::Key') return `KMS Key ${aliasOf(template, id)}`;
    const name = ['FunctionName', 'QueueName', 'TableName', 'LogGroupName', 'RoleName', 'DBClusterIdentifier', 'Name']
      .map((property) => p[property])
      .find((value) => typeof value === 'string');
    return `${kind} ${typeof name === 'string' ? short(name) : id}`;
  };

  const aliasOf = (template: Template, id: string): string => {
    const aliases = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::KMS::Alias');
    const alias = aliases.find(({ Properties }) => JSON.stringify(Properties.TargetKeyId).includes(`"${id}"`));
    const name = alias?.Properties.AliasName;
    return short(typeof name === 'string' ? name.replace('alias/', '') : id);
  };

  const nameOf = (template: Template, value: unknown): string => {
    if (typeof value === 'string') return value;
    const pointer = value as {
      Ref?: string;
      'Fn::GetAtt'?: [string, string];
      'Fn::ImportValue'?: string;
      'Fn::Join'?: [string, unknown[]];
      'Fn::Sub'?: string;
    };
    const target = pointer.Ref ?? pointer['Fn::GetAtt']?.[0];
    if (target?.startsWith('AWS::')) return `<${target}>`;
    if (target) return ofResource(template, target);
    if (pointer['Fn::Sub']) return pointer['Fn::Sub'].replaceAll(/\$\{(.*?)\}/g, '<$1>');
    const origin = pointer['Fn::ImportValue'] && exported.get(pointer['Fn::ImportValue']);
    if (origin) return nameOf(origin.template, origin.Value);
    const joined = pointer['Fn::Join']?.[1].map((part) => nameOf(template, part)) ?? [];
    return joined.find((part) => /^[A-Z]\w* [A-Z]/.test(part)) ?? joined.join('');
  };
  return { nameOf, ofResource };
};

const conditionOf = (name: (value: unknown) => string, condition: Statement['Condition']): string =>
  Object.entries(condition ?? {})
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => `${operator} \`${key}\` = \`${name(value)}\``),
    )
    .join(', ');

const permissionsOf = (templates: readonly Template[], stage: Stage): readonly Permission[] => {
  const { nameOf, ofResource } = namer(templates, stage);
  const ofPolicy = (template: Template, { Properties }: TemplateResource): readonly Permission[] => {
    const { Statement: statements } = Properties.PolicyDocument as { readonly Statement: readonly Statement[] };
    const roles = (Properties.Roles as readonly { readonly Ref: string }[]).map(({ Ref }) => ofResource(template, Ref));
    return roles.flatMap((role) =>
      statements.flatMap(({ Effect, Action, Resource, Condition }) =>
        list(Resource).map((resource) => ({
          role: role.replace('IAM Role ', ''),
          actions: `${Effect === 'Deny' ? '**never** ' : ''}${list(Action)
            .map((action) => `\`${action}\``)
            .join(', ')}`,
          resource: nameOf(template, resource) === '*' ? 'any' : nameOf(template, resource),
          condition: conditionOf((value) => nameOf(template, value), Condition),
        })),
      ),
    );
  };
  return templates.flatMap((template) =>
    Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::Policy')
      .flatMap((policy) => ofPolicy(template, policy)),
  );
};

const introduction = `# Who may do what

Every function and every task has a role of its own, and no role has a managed policy. This table is made from the
templates of prod: \`npx node infra/permissions.ts > docs/permissions.md\`; a test fails when it is stale. Names are
without their prefix \`signalbox-<stage>-\`. \`any\` stands only where AWS knows no resource to name.
`;

/** docs/permissions.md, from the templates of a stage. */
export const renderPermissions = (templates: readonly Template[], stage: Stage): string => {
  const rows = permissionsOf(templates, stage)
    .map(({ role, actions, resource, condition }) => `| ${role} | ${actions} | ${resource} | ${condition} |`)
    .sort();
  return `${introduction}\n| role | actions | on | only if |\n|---|---|---|---|\n${rows.join('\n')}\n`;
};

if (import.meta.main) {
  const outdir = mkdtempSync(join(tmpdir(), 'signalbox-permissions-'));
  try {
    process.stdout.write(renderPermissions(templatesOf(synthesize('prod', outdir, { bundling: false })), 'prod'));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
