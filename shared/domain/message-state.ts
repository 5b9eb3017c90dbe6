/** The states of a message, and which of them are the end of it. */
export const messageStates = [
  'SCHEDULED',
  'QUEUED',
  'SENDING',
  'SENT',
  'DELIVERED',
  'FAILED_TEMP',
  'FAILED_PERM',
  'CANCELLED',
  'EXPIRED',
  'UNKNOWN',
] as const;
export type MessageState = (typeof messageStates)[number];

const finalStates: ReadonlySet<MessageState> = new Set(['DELIVERED', 'FAILED_PERM', 'CANCELLED', 'EXPIRED']);

/** A final state is sticky: nothing that is learnt later changes it, nor the money it settled. */
export const isFinal = (state: MessageState): boolean => finalStates.has(state);
