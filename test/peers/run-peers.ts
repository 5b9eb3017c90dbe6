import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type InstallablePeer, jsmppJars, peers } from './installed-peers.ts';

/** Installs the independent peers as far as it may, says what is left to do by hand, and runs their tests. */

const run = (program: string, ...args: readonly string[]): boolean => {
  console.log(`> ${program} ${args.join(' ')}`);
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
};

const missing = (): InstallablePeer[] => Object.values(peers).filter((peer) => !peer.isInstalled());
const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

const installPackages = (): void => {
  const packages = [...new Set(missing().flatMap((peer) => peer.packages))];
  if (packages.length === 0) return;
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    console.log(`To have every peer, as root on Debian or Ubuntu: apt-get install ${packages.join(' ')}`);
    return;
  }
  run('apt-get', 'update', '-qq');
  const install = ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages];
  run('env', 'DEBIAN_FRONTEND=noninteractive', ...install);
};

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

const fetchJsmpp = (): void => {
  if (peers.jsmpp.isInstalled() || !has('mvn')) return;
  const project = fileURLToPath(new URL('jsmpp/pom.xml', import.meta.url));
  run('mvn', '-q', '-B', '-f', project, plugin, `-DoutputDirectory=${jsmppJars}`);
};

installPackages();
fetchJsmpp();
for (const { name } of missing()) console.log(`${name} is not here: its tests are skipped.`);
const interop = 'smpp-bridge/src/session/interop.test.ts';
process.exitCode = run('npx', 'vitest', 'run', 'test/peers', interop) ? 0 : 1;
