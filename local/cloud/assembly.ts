import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** One resource of a template, as CloudFormation's template anatomy names it. */
const TemplateResource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
  Condition: z.string().optional(),
});
export type TemplateResource = z.infer<typeof TemplateResource>;

const Template = z.object({
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: z.unknown().optional() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), TemplateResource).default({}),
  Outputs: z
    .record(
      z.string(),
      z.object({
        Value: z.unknown(),
        Export: z.object({ Name: z.unknown() }).optional(),
        Condition: z.string().optional(),
      }),
    )
    .default({}),
});
export type Template = z.infer<typeof Template>;

export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** What the assembly itself gives for the template's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What `cdk synth` wrote: the stacks, each after those it depends on, and where their assets lie. */
export interface Assembly {
  readonly stacks: readonly Stack[];
  /** Directory of a file asset by its key in the bootstrap bucket (`<hash>.zip`). */
  fileAsset(objectKey: string): string | undefined;
  /** Directory an image is built from, by the image's tag. */
  imageAsset(tag: string): string | undefined;
}

const Manifest = z.object({
  artifacts: z
    .record(
      z.string(),
      z.object({
        type: z.string(),
        dependencies: z.array(z.string()).default([]),
        properties: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default({}),
});

const Assets = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string().optional() })),
      }),
    )
    .default({}),
  dockerImages: z
    .record(
      z.string(),
      z.object({
        source: z.object({ directory: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ imageTag: z.string().optional() })),
      }),
    )
    .default({}),
});

interface Found {
  readonly stacks: Map<string, Stack & { readonly dependencies: readonly string[] }>;
  readonly files: Map<string, string>;
  readonly images: Map<string, string>;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

const readAssets = (directory: string, file: string, found: Found): void => {
  const { files, dockerImages } = Assets.parse(readJson(join(directory, file)));
  for (const { source, destinations } of Object.values(files))
    for (const { objectKey } of Object.values(destinations))
      if (objectKey && source.path) found.files.set(objectKey, join(directory, source.path));
  for (const { source, destinations } of Object.values(dockerImages))
    for (const { imageTag } of Object.values(destinations))
      if (imageTag && source.directory) found.images.set(imageTag, join(directory, source.directory));
};

const StackProperties = z.object({
  templateFile: z.string(),
  stackName: z.string().optional(),
  parameters: z.record(z.string(), z.string()).default({}),
});

const collect = (directory: string, found: Found): void => {
  const { artifacts } = Manifest.parse(readJson(join(directory, 'manifest.json')));
  for (const [id, artifact] of Object.entries(artifacts)) {
    const { type, properties, dependencies } = artifact;
    if (type === 'cdk:cloud-assembly') collect(join(directory, z.string().parse(properties.directoryName)), found);
    if (type === 'cdk:asset-manifest') readAssets(directory, z.string().parse(properties.file), found);
    if (type !== 'aws:cloudformation:stack') continue;
    const { templateFile, stackName, parameters } = StackProperties.parse(properties);
    const template = Template.parse(readJson(join(directory, templateFile)));
    found.stacks.set(id, { name: stackName ?? id, template, parameters, dependencies });
  }
};

/**
 * Puts what others need before those others.
 *
 * @throws Error naming the circle, when there is one.
 */
export const inDependencyOrder = <Item>(
  items: ReadonlyMap<string, Item>,
  dependenciesOf: (item: Item) => Iterable<string>,
): Item[] => {
  const ordered: Item[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    const item = items.get(id);
    if (item === undefined || done.has(id)) return;
    if (path.includes(id)) throw new Error(`These depend on each other in a circle: ${[...path, id].join(' -> ')}.`);
    for (const dependency of dependenciesOf(item)) visit(dependency, [...path, id]);
    done.add(id);
    ordered.push(item);
  };
  for (const id of items.keys()) visit(id, []);
  return ordered;
};

/** @throws Error when the directory holds no cloud assembly, or one of another shape. */
export const readAssembly = (directory: string): Assembly => {
  if (!existsSync(join(directory, 'manifest.json')))
    throw new Error(`There is no cloud assembly in ${directory}: synthesize it first.`);
  const found: Found = { stacks: new Map(), files: new Map(), images: new Map() };
  collect(directory, found);
  return {
    stacks: inDependencyOrder(found.stacks, (stack) => stack.dependencies),
    fileAsset: (objectKey) => found.files.get(objectKey),
    imageAsset: (tag) => found.images.get(tag),
  };
};
