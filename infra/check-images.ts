import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { pkcs11Image } from './constructs/pkcs11-image.ts';
import { bundleFunction } from './constructs/service-function.ts';
import { bundleTask, type TaskProgram, taskCommand, taskPrograms } from './constructs/task-image.ts';

export interface ImageReport {
  readonly program: string;
  /** What is put into the image beside Node and what its Dockerfile installs, with its size in bytes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly faults: readonly string[];
}

/** Of a bundle; one that grows beyond it has swallowed something. */
const mostBytes = 4 * 1024 * 1024;

const builtins = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
const importPattern = /^import\s[^'"]*from\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm;

/** What a bundle asks for that is not Node's own: nobody would install it into the image. */
export const foreignImports = (code: string): readonly string[] =>
  [...code.matchAll(importPattern)].map(([, from, bare]) => from ?? bare ?? '').filter((name) => !builtins.has(name));

/** What is wrong with a Dockerfile. */
export const dockerfileFaults = (dockerfile: string): readonly string[] => {
  const lines = dockerfile.trim().split('\n');
  const last = (word: string) => lines.findLast((line) => line.startsWith(`${word} `))?.slice(word.length + 1);
  const rules: readonly (readonly [holds: boolean, fault: string])[] = [
    [lines.filter((line) => line.startsWith('FROM ')).length > 1, 'it has one stage only'],
    [/slim|distroless/.test(last('FROM') ?? ''), 'its last stage is neither slim nor distroless'],
    [!lines.some((line) => /^(RUN|ADD) /.test(line)), 'it runs or fetches something while it is built'],
    [/^[1-9]\d*:[1-9]\d*$/.test(last('USER') ?? ''), 'its user is root, or has no number'],
    [last('HEALTHCHECK') !== undefined, 'it has no health check'],
    [last('CMD') === JSON.stringify(taskCommand), `it does not run ${taskCommand.join(' ')}`],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => `Dockerfile: ${fault}`);
};

/** What is wrong with the Dockerfile of a function: it has to compile and to install, and so is judged by other rules. */
export const functionDockerfileFaults = (dockerfile: string): readonly string[] => {
  const lines = dockerfile.split('\n');
  const stages = lines.filter((line) => line.startsWith('FROM '));
  const last = lines.slice(lines.lastIndexOf(stages.at(-1) ?? ''));
  const base = /^FROM amazon\/aws-lambda-nodejs:24( AS \w+)?$/;
  const rules: readonly (readonly [holds: boolean, fault: string])[] = [
    [stages.length > 1, 'it has one stage only'],
    [stages.every((stage) => base.test(stage)), 'a stage is not Lambda’s own of Node 24'],
    [lines.includes('RUN npm ci --no-fund --no-audit'), 'it does not install what the lock says'],
    [!last.some((line) => /\b(npm|gcc|make)\b/.test(line)), 'its last stage has what compiles'],
    [!lines.some((line) => /^ADD |https?:/.test(line)), 'it fetches something by its address'],
    [last.includes('CMD ["index.handler"]'), 'it does not run index.handler'],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => `Dockerfile: ${fault}`);
};

const filesIn = (directory: string): ImageReport['files'] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'Dockerfile')
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(directory, path), bytes: statSync(path).size }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));

const bundleFaults = (files: ImageReport['files'], bundle: string, code: string): readonly string[] => [
  ...files
    .filter(({ path, bytes }) => path === bundle && bytes > mostBytes)
    .map(() => `${bundle} is above ${mostBytes} bytes`),
  ...foreignImports(code).map((name) => `${bundle} imports ${name}, which is not in it`),
];

/** Looks at what the image of process-push is built from, where the HSM speaks PKCS #11. */
export const inspectPushImage = (): ImageReport => {
  const program = 'process-push';
  const directory = bundleFunction(new Stack(new App(), 'images'), program, pkcs11Image());
  const read = (path: string) => readFileSync(join(directory, path), 'utf8');
  const files = filesIn(directory);
  const others = files
    .filter(({ path }) => !/^(index\.mjs|pkcs11\/package(-lock)?\.json|client\/.+)$/.test(path))
    .map(({ path }) => `${path} has no place in the image`);
  const faults = [...functionDockerfileFaults(read('Dockerfile')), ...others];
  return { program, files, faults: [...faults, ...bundleFaults(files, 'index.mjs', read('index.mjs'))] };
};

/** Looks at what the image of a task is built from, without building it. */
export const inspectImage = (program: TaskProgram): ImageReport => {
  const directory = bundleTask(new Stack(new App(), 'images'), program);
  const read = (path: string) => readFileSync(join(directory, path), 'utf8');
  const files = filesIn(directory);
  const others = files.filter(({ path }) => path !== 'main.mjs').map(({ path }) => `${path} has no place in the image`);
  const faults = [...dockerfileFaults(read('Dockerfile')), ...others];
  return { program, files, faults: [...faults, ...bundleFaults(files, 'main.mjs', read('main.mjs'))] };
};

/** What `npm run images` does: a line for each file and each fault; it fails when there is a fault. */
if (import.meta.main)
  for (const { program, files, faults } of [...taskPrograms.map(inspectImage), inspectPushImage()]) {
    for (const { path, bytes } of files) console.log(`${program}: ${path}, ${(bytes / 1024).toFixed(0)} KiB`);
    for (const fault of faults) console.error(`${program}: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  }
