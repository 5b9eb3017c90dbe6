import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const isRecent = (python: string): boolean => {
  const asked = spawnSync(python, ['-c', 'import sys; print(sys.version_info >= (3, 12))'], { encoding: 'utf8' });
  return asked.error === undefined && asked.stdout.trim() === 'True';
};

/** @throws Error saying what to set, where there is no Python of 3.12 or newer. */
const findPython = (): string => {
  const named = process.env.PYTHON;
  const found = (named ? [named] : ['python3.13', 'python3.12', 'python3']).find(isRecent);
  if (found) return found;
  throw new Error(`${named ?? 'python3'} is not Python 3.12 or newer. Name one: PYTHON=/path/to/python3.13`);
};

const run = (program: string, args: readonly string[]): void => {
  console.log(`> ${program} ${args.join(' ')}`);
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} failed (${status}).`);
};

/**
 * Installs Python packages into an environment of their own under `.local`, unless an earlier run has, and gives its
 * interpreter. Nothing of it is ever committed.
 */
export const prepareVenv = (name: string, requirements: readonly string[]): string => {
  const directory = join(repository, '.local', 'venvs', name);
  const python = join(directory, 'bin', 'python');
  const mark = join(directory, 'requirements.txt');
  const wanted = requirements.join('\n');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(dirname(directory), { recursive: true });
  run(findPython(), ['-m', 'venv', directory]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements]);
  // Written last: an environment that was only half installed is made anew.
  writeFileSync(mark, wanted);
  return python;
};
