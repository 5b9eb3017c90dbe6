import type { AcceptedRow } from '#shared/adapters/new-message.ts';
import type { AcceptedMessage } from '#shared/contracts/messages.ts';

export const acceptedView = (message: AcceptedRow): AcceptedMessage => ({
  id: message.id,
  status: message.scheduled ? 'SCHEDULED' : 'QUEUED',
  to: message.recipient,
  from: message.sender,
  parts: message.parts,
  encoding: message.encoding,
  cost_cents: message.cost_cents,
  reference: message.reference,
  is_test: message.is_test,
  expires_at: message.expires_at.toISOString(),
  created_at: message.created_at.toISOString(),
});
