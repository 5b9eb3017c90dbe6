import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { repositoryRoot } from './deployment.ts';

/** Files of a program by their path beside it. */
export type Files = ReadonlyMap<string, string | Buffer>;

export interface Program {
  /** From the repository's root: `lambdas/serve-api/handler.ts`. */
  readonly entry: string;
  /** The bundle's file name; `.mjs`, since a bundle is an ES module. */
  readonly outfile: string;
  /** What lies beside the bundle, by path. */
  readonly beside?: Files;
}

/** CommonJS in a bundle asks for Node's own modules through `require`, which a module does not have by itself. */
const requireBanner =
  "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);\n";

const outdir = join(repositoryRoot, '.build');

/** Programs by their entries. Together, since most of what they are made of they share, and it is read once. */
const compile = (entries: readonly string[]): readonly (readonly [entry: string, code: string])[] => {
  const { outputFiles } = buildSync({
    absWorkingDir: repositoryRoot,
    entryPoints: [...entries],
    outbase: repositoryRoot,
    outdir,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return outputFiles.map(({ path, text }) => [
    relative(outdir, path).replace(/\.js$/, '.ts'),
    text.includes('__require = ') ? requireBanner + text : text,
  ]);
};

const allPrograms = (): readonly string[] =>
  globSync(['lambdas/*/handler.ts', '*-bridge/src/main.ts'], { cwd: repositoryRoot });

/** Stages of one run share what they compile: the code of a program does not differ between them. */
const compiled = new Map<string, string>();

const compileOnce = (entry: string): string => {
  const known = compiled.get(entry);
  if (known !== undefined) return known;
  const programs = allPrograms();
  for (const [each, code] of compile(programs.includes(entry) ? programs : [entry])) compiled.set(each, code);
  return compiled.get(entry) ?? '';
};

/** Writes the files into a directory named after their content, whole or not at all, and gives its path. */
const store = (name: string, files: Files): string => {
  const hash = createHash('sha256');
  for (const [path, content] of files) hash.update(path).update('\0').update(content).update('\0');
  const parent = join(repositoryRoot, '.build', name);
  const directory = join(parent, hash.digest('hex').slice(0, 16));
  if (existsSync(directory)) return directory;
  mkdirSync(parent, { recursive: true });
  const unfinished = mkdtempSync(join(parent, 'unfinished-'));
  for (const [path, content] of files) {
    mkdirSync(dirname(join(unfinished, path)), { recursive: true });
    writeFileSync(join(unfinished, path), content);
  }
  try {
    renameSync(unfinished, directory);
  } catch (error) {
    // Another run has stored the same content meanwhile; then there is nothing left to do.
    if (!existsSync(directory)) throw error;
    rmSync(unfinished, { recursive: true });
  }
  return directory;
};

/**
 * Bundles a program with node_modules' own esbuild, in this process, and gives the directory of the bundle and of what
 * lies beside it. No Docker, no npx, and one compilation for all stages of a run. Where the app switches bundling off
 * (`aws:cdk:bundling-stacks: []`), the directory holds everything but the bundle.
 *
 * @throws esbuild's BuildFailure when the program is missing or does not compile.
 */
export const bundleProgram = (scope: Construct, name: string, program: Program): string => {
  const beside: Files = program.beside ?? new Map();
  if (Stack.of(scope).bundlingRequired)
    return store(name, new Map([...beside, [program.outfile, compileOnce(program.entry)]]));
  return store(name, new Map([...beside, ['NOT-BUNDLED', `${program.entry} was not bundled.\n`]]));
};

/** The files of the repository under these paths, to lie beside a bundle under a folder. */
export const filesUnder = (folder: string, paths: readonly string[]): Files =>
  new Map(paths.map((path) => [join(folder, basename(path)), readFileSync(join(repositoryRoot, path))]));
