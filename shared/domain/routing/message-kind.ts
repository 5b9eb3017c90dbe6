/** What a route may tell apart: text, user data of a client's own making, and OTA pushes to a SIM. */
export const messageKinds = ['text', 'binary', 'ota'] as const;
export type MessageKind = (typeof messageKinds)[number];

/** The kind of a message that was accepted with this encoding, for itself or to carry a push to a SIM. */
export const kindOf = (encoding: 'gsm7' | 'ucs2' | 'binary', isPush = false): MessageKind => {
  if (isPush) return 'ota';
  return encoding === 'binary' ? 'binary' : 'text';
};
