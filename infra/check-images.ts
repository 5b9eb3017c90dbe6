import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { bridgeCommand, bundleBridge } from './constructs/bridge-image.ts';

export const bridges = ['smpp-bridge', 'mux-bridge'] as const;

export interface ImageReport {
  readonly bridge: string;
  /** What is put into the image beside Node, with its size in bytes. */
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
    [last('CMD') === JSON.stringify(bridgeCommand), `it does not run ${bridgeCommand.join(' ')}`],
  ];
  return rules.filter(([holds]) => !holds).map(([, fault]) => `Dockerfile: ${fault}`);
};

/** Looks at what the image of a bridge is built from, without building it. */
export const inspectImage = (bridge: (typeof bridges)[number]): ImageReport => {
  const directory = bundleBridge(new Stack(new App(), 'images'), bridge);
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const files = names
    .filter((path) => path !== 'Dockerfile')
    .map((path) => ({ path, bytes: statSync(join(directory, path)).size }));
  const read = (path: string) => readFileSync(join(directory, path), 'utf8');
  const others = files.filter(({ path }) => path !== 'main.mjs').map(({ path }) => `${path} has no place in the image`);
  const tooLarge = files
    .filter(({ bytes }) => bytes > mostBytes)
    .map(({ path }) => `${path} is above ${mostBytes} bytes`);
  const foreign = foreignImports(read('main.mjs')).map((name) => `main.mjs imports ${name}, which is not in it`);
  return { bridge, files, faults: [...dockerfileFaults(read('Dockerfile')), ...others, ...tooLarge, ...foreign] };
};

/** What `npm run images` does: a line for each file and each fault; it fails when there is a fault. */
if (import.meta.main)
  for (const { bridge, files, faults } of bridges.map(inspectImage)) {
    for (const { path, bytes } of files) console.log(`${bridge}: ${path}, ${(bytes / 1024).toFixed(0)} KiB`);
    for (const fault of faults) console.error(`${bridge}: ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  }
