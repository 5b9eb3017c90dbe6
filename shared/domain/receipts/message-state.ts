/** message_state in words (SMPP 3.4, 5.2.28), by its number. */
export const messageStates = {
  1: 'ENROUTE',
  2: 'DELIVERED',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIVERABLE',
  6: 'ACCEPTED',
  7: 'UNKNOWN',
  8: 'REJECTED',
} as const;

export type MessageState = (typeof messageStates)[keyof typeof messageStates];

/** The message_state of a TLV; undefined for a number the specification does not give. */
export const stateOfNumber = (number: number): MessageState | undefined =>
  (messageStates as Readonly<Record<number, MessageState>>)[number];

/** What `stat:` says (SMPP 3.4, appendix B), and what SMSCs say beside the specification. */
const statesByWord: Readonly<Record<string, MessageState>> = {
  DELIVRD: 'DELIVERED',
  EXPIRED: 'EXPIRED',
  DELETED: 'DELETED',
  UNDELIV: 'UNDELIVERABLE',
  ACCEPTD: 'ACCEPTED',
  UNKNOWN: 'UNKNOWN',
  REJECTD: 'REJECTED',
  ENROUTE: 'ENROUTE',
  ACKED: 'ACCEPTED',
  BUFFRED: 'ENROUTE',
  BUFFERD: 'ENROUTE',
  FAILED: 'UNDELIVERABLE',
  DELIVERED: 'DELIVERED',
  UNDELIVERABLE: 'UNDELIVERABLE',
  ACCEPTED: 'ACCEPTED',
  REJECTED: 'REJECTED',
};

/** The state a `stat:` names, in any case; undefined for a word nobody agreed on. */
export const stateOfWord = (word: string): MessageState | undefined => {
  const upper = word.toUpperCase();
  return Object.hasOwn(statesByWord, upper) ? statesByWord[upper] : undefined;
};

/** ACCEPTED does not end a message: SMSCs send it when they take a message over, and a final receipt follows. */
export const isFinal = (state: MessageState): boolean => state !== 'ENROUTE' && state !== 'ACCEPTED';
