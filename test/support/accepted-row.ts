import type { AcceptedRow } from '#shared/adapters/new-message.ts';

export const acceptedRow = (given: Partial<AcceptedRow> = {}): AcceptedRow => ({
  id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
  recipient: '491700000001',
  sender: 'Signalbox',
  encoding: 'gsm7',
  locking_shift: null,
  single_shift: null,
  parts: 1,
  priority: 'normal',
  cost_cents: 5,
  reference: null,
  is_test: false,
  correlation_id: 'request-1',
  scheduled: false,
  delay_seconds: 0,
  created_at: new Date('2026-11-21T08:00:00Z'),
  expires_at: new Date('2026-11-23T08:00:00Z'),
  ...given,
});
