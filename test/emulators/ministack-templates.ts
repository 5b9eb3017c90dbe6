import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** What MiniStack 1.5.33 refuses a whole stack for: the fixed addresses and who spoke to whom. No message needs them. */
const leftOutTypes: readonly string[] = ['AWS::EC2::EIP', 'AWS::EC2::NatGateway', 'AWS::EC2::FlowLog'];

/** It calculates with no metrics either, so such alarms stay out. */
const isLeftOut = ({ Type, Properties }: TemplateResource): boolean =>
  leftOutTypes.includes(Type) || (Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined);

/** A value in which whatever speaks of what was left out is a text that says so. */
const withoutReferences = (value: unknown, gone: ReadonlySet<string>): unknown => {
  if (Array.isArray(value)) return value.map((each) => withoutReferences(each, gone));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { Ref?: unknown; 'Fn::GetAtt'?: unknown };
  const named: unknown = ref ?? (Array.isArray(attribute) ? (attribute as readonly unknown[])[0] : undefined);
  if (typeof named === 'string' && gone.has(named)) return `left-out-${named.toLowerCase()}`;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutReferences(member, gone)]));
};

const withEnvironment = (resource: TemplateResource, variables: Readonly<Record<string, string>>): TemplateResource => {
  if (resource.Type !== 'AWS::Lambda::Function') return resource;
  const { Environment } = resource.Properties as { Environment?: { Variables?: object } };
  const all = { ...Environment?.Variables, ...variables };
  return { ...resource, Properties: { ...resource.Properties, Environment: { Variables: all } } };
};

const withoutDependencies = ({ DependsOn, ...resource }: TemplateResource, gone: ReadonlySet<string>) => {
  const kept = (typeof DependsOn === 'string' ? [DependsOn] : (DependsOn ?? [])).filter((id) => !gone.has(id));
  return kept.length > 0 ? { ...resource, DependsOn: kept } : resource;
};

/** A template as MiniStack takes it: without what it does not know, and with more environment for each function. */
export const forMinistack = (template: Template, variables: Readonly<Record<string, string>>): Template => {
  const entries = Object.entries(template.Resources);
  const gone = new Set(entries.filter(([, resource]) => isLeftOut(resource)).map(([id]) => id));
  const kept = entries
    .filter(([id]) => !gone.has(id))
    .map(([id, resource]) => [id, withEnvironment(withoutDependencies(resource, gone), variables)] as const);
  return withoutReferences({ ...template, Resources: Object.fromEntries(kept) }, gone) as Template;
};

/** Rewrites the templates of a synthesized assembly where they lie. */
export const rewriteAssembly = (assembly: string, variables: Readonly<Record<string, string>>): void => {
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const path = join(assembly, file);
    const template = JSON.parse(readFileSync(path, 'utf8')) as Template;
    writeFileSync(path, JSON.stringify(forMinistack(template, variables)));
  }
};
