import type { AcceptedRow } from '#shared/adapters/new-message.ts';
import type { AcceptedMessage } from '#shared/contracts/messages.ts';
import { languageOf } from '#shared/domain/text/national-languages.ts';
import type { ToldOfText } from './count-text.ts';

/**
 * @param told what the request itself tells of its text, the same whenever it is repeated; null where it could not be
 *   read any more.
 */
export const acceptedView = (message: AcceptedRow, told: ToldOfText | null): AcceptedMessage => ({
  id: message.id,
  status: message.scheduled ? 'SCHEDULED' : 'QUEUED',
  to: message.recipient,
  from: message.sender,
  parts: message.parts,
  encoding: message.encoding,
  language: languageOf({ locking: message.locking_shift ?? 0, single: message.single_shift ?? 0 }),
  ucs2_because: message.encoding === 'ucs2' ? (told?.notGsm7 ?? null) : null,
  transliterated: told?.transliterated ?? null,
  cost_cents: message.cost_cents,
  reference: message.reference,
  is_test: message.is_test,
  expires_at: message.expires_at.toISOString(),
  created_at: message.created_at.toISOString(),
});
