/** Response status codes (ETSI TS 102 225, 5.2): what the card's security layer says, in words. */
const responseStatuses = {
  0: { name: 'ok', words: 'The command packet was accepted.' },
  1: { name: 'checksum_failed', words: 'The checksum or signature of the command packet was wrong.' },
  2: { name: 'counter_low', words: "The command packet's counter was not above the card's." },
  3: { name: 'counter_high', words: "The command packet's counter was more than one above the card's." },
  4: { name: 'counter_blocked', words: "The card's counter is blocked." },
  5: { name: 'ciphering_error', words: 'The command packet could not be deciphered.' },
  6: { name: 'security_error', words: 'A security error which the card does not name; this can be the wrong keys.' },
  7: { name: 'memory_insufficient', words: 'The card had no memory for the incoming message.' },
  8: { name: 'more_time', words: 'The card asks for more time; the answer follows.' },
  9: { name: 'tar_unknown', words: 'The card has no application of this TAR.' },
  10: { name: 'security_level_low', words: 'The application demands a higher security level.' },
  11: { name: 'answer_by_submit', words: 'The real answer follows in an SMS-SUBMIT.' },
  12: { name: 'answer_by_process', words: 'The real answer follows in a process SMS-SUBMIT.' },
} as const;

export type ResponseStatusCode = keyof typeof responseStatuses;
export type ResponseStatus = (typeof responseStatuses)[ResponseStatusCode]['name'];

export const isResponseStatus = (code: number): code is ResponseStatusCode => code in responseStatuses;

export const responseStatusOf = (code: ResponseStatusCode): { readonly name: ResponseStatus; readonly words: string } =>
  responseStatuses[code];
