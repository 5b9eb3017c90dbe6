import type { Apdu } from './apdu.ts';
import { buildCompact } from './compact-format.ts';
import { buildExpanded } from './expanded-format.ts';

/** How remote commands are put together (ETSI TS 102 226, 5.1 and 5.2); the expanded one in either coding of lengths. */
export type RemoteFormat = 'compact' | 'expanded' | 'expanded_indefinite';

/** @throws OtaError `apdu.malformed` when the format has no way to say it. */
export const buildScript = (format: RemoteFormat, apdus: readonly Apdu[]): Buffer => {
  if (format === 'compact') return buildCompact(apdus);
  return buildExpanded(apdus, format === 'expanded' ? 'definite' : 'indefinite');
};
