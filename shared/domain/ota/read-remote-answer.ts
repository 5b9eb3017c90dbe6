import { parseCompact } from './compact-format.ts';
import { parseExpanded } from './expanded-format.ts';
import { OtaError } from './ota-error.ts';
import type { RemoteAnswer } from './remote-answer.ts';
import type { RemoteFormat } from './remote-script.ts';

/** What the remote commands of a push answered; null when there is nothing, or nothing of its format. */
export const readRemoteAnswer = (format: RemoteFormat, data: Buffer): RemoteAnswer | null => {
  if (data.length === 0) return null;
  try {
    return format === 'compact' ? parseCompact(data) : parseExpanded(data);
  } catch (error) {
    if (error instanceof OtaError) return null;
    throw error;
  }
};
