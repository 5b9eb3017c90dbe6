import { isFinal, type MessageState } from '#shared/domain/message-state.ts';

/** A part as the model has it; `taken` are the attempts in which an SMSC took it. */
export interface ModelPart {
  state: string;
  attempt: number;
  unknownTimes: number;
  readonly taken: Set<number>;
}

export interface ModelMessage {
  readonly id: string;
  readonly client: string;
  readonly priceCents: number;
  readonly parts: ModelPart[];
  state: MessageState;
  attempt: number;
  /** Whether a further attempt has a time. */
  isPlanned: boolean;
  isQueued: boolean;
  owner: string | null;
  claimId: string | null;
  /** Not worth sending any more; and, three days later, not worth waiting for. */
  age: 'young' | 'expired' | 'forgotten';
  capturedCents: number;
  releasedCents: number;
}

export interface ModelOutcome {
  readonly type: 'PartSubmitted' | 'PartRefused' | 'PartUnknown' | 'PartNotSent';
  readonly message: string;
  readonly part: number;
  readonly attempt: number;
  readonly retry: boolean;
}

const mostAttempts = 10;
const mostUnknown = 2;

const count = ({ parts }: ModelMessage, ...states: readonly string[]): number =>
  parts.filter(({ state }) => states.includes(state)).length;

const isRepeatable = (part: ModelPart): boolean => part.state === 'UNKNOWN' && part.unknownTimes < mostUnknown;

/** What is still to go with the next attempt. */
export const sendable = ({ parts }: ModelMessage): number[] =>
  parts.flatMap((part, i) => (['PENDING', 'RETRY'].includes(part.state) || isRepeatable(part) ? [i + 1] : []));

const waiting: readonly MessageState[] = ['SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN'];

export const mayBeQueued = (message: ModelMessage): boolean =>
  waiting.includes(message.state) && message.isPlanned && message.age === 'young' && !message.isQueued;

/** The parts that a claim gets; none when it is refused. */
export const claim = (message: ModelMessage, attempt: number, owner: string, claimId: string): number[] => {
  const isRepeated = message.state === 'SENDING' && message.claimId === claimId;
  const isFree = waiting.includes(message.state) && message.isPlanned && message.age === 'young';
  const numbers = [
    ...sendable(message),
    ...message.parts.flatMap((part, i) => (part.state === 'SENDING' ? [i + 1] : [])),
  ].sort((a, b) => a - b);
  if (attempt !== message.attempt || !(isFree || isRepeated) || numbers.length === 0) return [];
  Object.assign(message, { state: 'SENDING', owner, claimId });
  for (const number of numbers) Object.assign(message.parts[number - 1] ?? {}, { state: 'SENDING', attempt });
  return numbers;
};

export const release = (message: ModelMessage, claimId: string): void => {
  if (message.state !== 'SENDING' || message.claimId !== claimId) return;
  for (const part of message.parts) if (part.state === 'SENDING') part.state = 'PENDING';
  // Its delivery may be gone by now, so that it counts as on no queue.
  Object.assign(message, { state: 'QUEUED', owner: null, claimId: null, isQueued: false });
};

const hear = (part: ModelPart, outcome: ModelOutcome): void => {
  const isOfNow = part.attempt === outcome.attempt;
  if (outcome.type === 'PartSubmitted') {
    if (['SENDING', 'UNKNOWN', 'PENDING', 'RETRY'].includes(part.state)) part.state = 'SENT';
    return;
  }
  const isLateRefusal = part.state === 'UNKNOWN' && outcome.type === 'PartRefused';
  if (!isOfNow || !(part.state === 'SENDING' || isLateRefusal)) return;
  if (outcome.type === 'PartUnknown') part.unknownTimes += 1;
  if (outcome.type === 'PartUnknown') part.state = 'UNKNOWN';
  else part.state = outcome.type === 'PartNotSent' || outcome.retry ? 'RETRY' : 'REFUSED';
};

/** What was said of one part in one batch: that an SMSC took it counts most, then what is newest and most certain. */
const weight = { PartSubmitted: 1_000, PartRefused: 2, PartNotSent: 1, PartUnknown: 0 };
const weigh = ({ type, attempt }: ModelOutcome): number => weight[type] + 10 * attempt;

export const record = (messages: ReadonlyMap<string, ModelMessage>, outcomes: readonly ModelOutcome[]): void => {
  const byPart = Map.groupBy(outcomes, ({ message, part }) => `${message} ${part}`);
  for (const said of byPart.values()) {
    for (const { type, message, part, attempt } of said)
      if (type === 'PartSubmitted') messages.get(message)?.parts[part - 1]?.taken.add(attempt);
    const [heaviest] = said.toSorted((a, b) => weigh(b) - weigh(a));
    const part = heaviest && messages.get(heaviest.message)?.parts[heaviest.part - 1];
    if (part) hear(part, heaviest);
  }
};

const finalWords: Readonly<Record<string, string>> = {
  DELIVERED: 'DELIVERED',
  EXPIRED: 'EXPIRED',
  DELETED: 'FAILED',
  UNDELIVERABLE: 'FAILED',
  REJECTED: 'FAILED',
};

/** A final word is sticky; an intermediate one changes nothing. */
export const receive = (part: ModelPart, state: string): void => {
  const word = finalWords[state];
  if (word && !['DELIVERED', 'FAILED', 'EXPIRED', 'REFUSED', 'ASSUMED'].includes(part.state)) part.state = word;
};

const verdictOf = (message: ModelMessage): MessageState | 'again' | null => {
  const mayRepeat = message.attempt < mostAttempts && message.age === 'young';
  const retries = count(message, 'RETRY');
  const repeatable = message.parts.filter(isRepeatable).length;
  const isOpen = count(message, 'SENT', 'UNKNOWN') > 0;
  if (count(message, 'SENDING') > 0) return null;
  if (count(message, 'DELIVERED') === message.parts.length) return 'DELIVERED';
  if (count(message, 'FAILED', 'REFUSED') > 0 || (!mayRepeat && retries > 0)) return isOpen ? 'SENT' : 'FAILED_PERM';
  if (count(message, 'EXPIRED', 'ASSUMED') > 0 && !isOpen && sendable(message).length === 0) return 'EXPIRED';
  const isAtRest = message.state === 'UNKNOWN' && !message.isPlanned;
  if (mayRepeat && ((message.state === 'SENDING' && retries + repeatable > 0) || (isAtRest && retries > 0)))
    return 'again';
  if (message.state !== 'SENDING' && message.isPlanned && sendable(message).length > 0) return null;
  if (count(message, 'PENDING') > 0) return null;
  if (count(message, 'UNKNOWN') > 0) return 'UNKNOWN';
  return count(message, 'SENT') > 0 && retries === 0 ? 'SENT' : null;
};

/** @returns what the client gets back, when the message became final by it. */
export const settle = (message: ModelMessage): number => {
  if (isFinal(message.state)) return 0;
  const verdict = verdictOf(message);
  if (verdict === null || verdict === message.state) return 0;
  Object.assign(message, { owner: null, claimId: null, isPlanned: verdict === 'again' });
  if (verdict === 'again') {
    const state = message.parts.some(isRepeatable) ? 'UNKNOWN' : 'FAILED_TEMP';
    Object.assign(message, { state, attempt: message.attempt + 1, isQueued: false });
    return 0;
  }
  message.state = verdict;
  if (!isFinal(verdict)) return 0;
  message.capturedCents = count(message, 'DELIVERED', 'ASSUMED') * message.priceCents;
  message.releasedCents = message.parts.length * message.priceCents - message.capturedCents;
  return message.releasedCents;
};

/**
 * Only what no SMSC has, or may have, any part of.
 *
 * @returns what the client gets back; null when it is too late.
 */
export const cancel = (message: ModelMessage): number | null => {
  const isUntouched = message.parts.every(({ state, unknownTimes }) => state === 'PENDING' && unknownTimes === 0);
  if (!['SCHEDULED', 'QUEUED'].includes(message.state) || !isUntouched) return null;
  const releasedCents = message.parts.length * message.priceCents;
  Object.assign(message, { state: 'CANCELLED', isPlanned: false, releasedCents });
  return releasedCents;
};

/** A task died: what it had in hand may or may not have been sent. */
export const recover = ({ parts }: ModelMessage): void => {
  for (const part of parts)
    if (part.state === 'SENDING') Object.assign(part, { state: 'UNKNOWN', unknownTimes: part.unknownTimes + 1 });
};

/** Whether expiry finds it: what is not sent by its expiry, and what is not heard of three days later. */
export const isOver = ({ state, age }: ModelMessage): boolean =>
  !isFinal(state) &&
  (age === 'forgotten' || (age === 'expired' && ['SCHEDULED', 'QUEUED', 'FAILED_TEMP'].includes(state)));

/** What was never sent has expired; what was sent waits three days longer, and is then taken as delivered or not. */
export const expire = ({ parts, age }: ModelMessage, policy: 'capture' | 'release'): void => {
  for (const part of parts)
    if (['PENDING', 'RETRY'].includes(part.state)) part.state = 'EXPIRED';
    else if (age === 'forgotten' && ['SENDING', 'SENT', 'UNKNOWN'].includes(part.state))
      part.state = policy === 'capture' ? 'ASSUMED' : 'EXPIRED';
};
