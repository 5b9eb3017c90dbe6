import { readFileSync } from 'node:fs';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
  readonly UpdatePolicy?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly stack: string;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>;
}

/** The templates of an assembly as CloudFormation would read them. */
export const templatesOf = (assembly: CloudAssembly): readonly Template[] =>
  assembly.stacks.map((stack) => ({
    ...(JSON.parse(readFileSync(stack.templateFullPath, 'utf8')) as Omit<Template, 'stack'>),
    stack: stack.stackName,
  }));

/** All resources of a type, by logical id. */
export const resourcesOf = (
  templates: readonly Template[],
  type: string,
): readonly (readonly [string, TemplateResource])[] =>
  templates.flatMap((template) => Object.entries(template.Resources).filter(([, resource]) => resource.Type === type));
