import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Directories of assets by their hash; each is its files by path. */
export type FixtureAssets = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface FixtureStack {
  readonly template: object;
  readonly dependencies?: readonly string[];
}

const writeAll = (directory: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
};

const assetsFile = (hashes: readonly string[]): string => {
  const files = hashes.map((hash) => [
    hash,
    { source: { path: `asset.${hash}`, packaging: 'zip' }, destinations: { here: { objectKey: `${hash}.zip` } } },
  ]);
  const images = hashes.map((hash) => [
    hash,
    { source: { directory: `asset.${hash}` }, destinations: { here: { imageTag: hash } } },
  ]);
  return JSON.stringify({ files: Object.fromEntries(files), dockerImages: Object.fromEntries(images) });
};

/** For tests: writes a cloud assembly as `cdk synth` does, into a fresh directory, and gives its path. */
export const writeFixtureAssembly = (
  stacks: Readonly<Record<string, FixtureStack>>,
  assets: FixtureAssets = {},
): string => {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-assembly-'));
  const artifacts = Object.entries(stacks).map(([name, { dependencies = [] }]) => [
    name,
    { type: 'aws:cloudformation:stack', dependencies, properties: { templateFile: `${name}.template.json` } },
  ]);
  const manifest = {
    artifacts: {
      ...Object.fromEntries(artifacts),
      assets: { type: 'cdk:asset-manifest', properties: { file: 'all.assets.json' } },
    },
  };
  writeAll(directory, {
    'manifest.json': JSON.stringify(manifest),
    'all.assets.json': assetsFile(Object.keys(assets)),
  });
  for (const [name, { template }] of Object.entries(stacks))
    writeAll(directory, { [`${name}.template.json`]: JSON.stringify(template) });
  for (const [hash, files] of Object.entries(assets)) writeAll(join(directory, `asset.${hash}`), files);
  return directory;
};
