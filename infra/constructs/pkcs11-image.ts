import { globSync } from 'node:fs';
import { repositoryRoot } from '../deployment.ts';
import { type Files, filesUnder } from '../program-bundle.ts';

const folder = 'lambdas/process-push/pkcs11';

/** What the operator has put there of the HSM's vendor: its package, its certificate, how it is set up. */
const clientFiles = (): readonly string[] =>
  globSync(`${folder}/client/*`, { cwd: repositoryRoot }).toSorted((a, b) => (a < b ? -1 : 1));

/** Whether there is more in the vendor's folder than what tells about it. */
export const hasHsmClient = (): boolean => clientFiles().some((path) => !path.endsWith('/README.md'));

/**
 * What the image of process-push is built from beside its bundle, where the HSM speaks PKCS #11: npm's pkcs11js is compiled
 * where it is installed, and the vendor's library is none of npm's, so that a zip can hold neither.
 */
export const pkcs11Image = (): Files =>
  new Map([
    ...filesUnder('.', [`${folder}/Dockerfile`]),
    ...filesUnder('pkcs11', [`${folder}/package.json`, `${folder}/package-lock.json`]),
    ...filesUnder('client', clientFiles()),
  ]);
