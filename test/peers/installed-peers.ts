import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Somebody else's implementation of what we speak, and how a machine gets it. */
export interface InstallablePeer {
  readonly name: string;
  /** Of Debian. */
  readonly packages: readonly string[];
  readonly isInstalled: () => boolean;
}

const succeeds = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0;

/** Where `npm run test:peers` puts the jars of jSMPP. */
export const jsmppJars = fileURLToPath(new URL('../../.build/peers/jsmpp', import.meta.url));

/** Kannel's SMSC for testing: a program of its own test suite, which Debian packages. */
export const driveSmpp = '/usr/lib/kannel/test/drive_smpp';

export const peers = {
  netSmpp: {
    name: 'Net::SMPP',
    packages: ['libnet-smpp-perl'],
    isInstalled: () => succeeds('perl', '-MNet::SMPP', '-MJSON::PP', '-e', '1'),
  },
  kannel: { name: 'Kannel', packages: ['kannel', 'kannel-extras'], isInstalled: () => existsSync(driveSmpp) },
  libsmpp34: {
    name: 'libsmpp34',
    packages: ['libsmpp34-dev', 'gcc', 'libc6-dev'],
    isInstalled: () => succeeds('gcc', '--version') && existsSync('/usr/include/libsmpp34/smpp34.h'),
  },
  tshark: { name: 'tshark', packages: ['tshark'], isInstalled: () => succeeds('tshark', '--version') },
  tsdecrypt: {
    name: 'tsdecrypt',
    packages: ['tsdecrypt'],
    // It knows no version without a failure, and says so on a stream.
    isInstalled: () => spawnSync('tsdecrypt', ['--version']).error === undefined,
  },
  jsmpp: {
    name: 'jSMPP',
    packages: ['default-jre-headless', 'maven'],
    isInstalled: () => succeeds('java', '-version') && existsSync(jsmppJars),
  },
} as const satisfies Readonly<Record<string, InstallablePeer>>;

/** Whether the tests of a peer have to be skipped, and what their name says then. */
export const absence = (peer: InstallablePeer): { readonly missing: boolean; readonly note: string } => {
  const missing = !peer.isInstalled();
  return { missing, note: missing ? ` (skipped: ${peer.name} is not installed, see npm run test:peers)` : '' };
};
