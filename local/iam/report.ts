import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say } from '../run/say.ts';
import { startSignalbox } from '../run/start-signalbox.ts';
import { grantsOf } from './grants.ts';
import { justifiedGrants } from './justified-grants.ts';
import { renderReview, reviewGrants } from './review-grants.ts';
import { useEverything } from './use-everything.ts';

const prefix = 'signalbox-local-';
const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Runs Signalbox under its own policies, and holds what it did against what it may do. Gives the exit code. */
const report = async (): Promise<number> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'signalbox-iam-'));
  const interrupted = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  const signalbox = await startSignalbox({ repository, dataDirectory, apiPort: 0, fsync: false, say });
  try {
    await Promise.race([useEverything(signalbox, say), interrupted]);
    const { cloud } = signalbox;
    const review = reviewGrants(grantsOf(cloud, cloud.access.uses()), cloud.access.denials(), justifiedGrants, prefix);
    process.stdout.write(`\n${renderReview(review, prefix)}`);
    return review.findings.length === 0 ? 0 : 1;
  } finally {
    await signalbox.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
};

process.exitCode = await report();
