/** What a broken rule is about. */
export type Subject = 'message' | 'client' | 'callback' | 'submission';

/** One place where a rule does not hold. It carries no text, no key and no full number, so that it can be logged. */
export interface Finding {
  /** `<thing>/<rule>`, such as `money/balanced`. */
  readonly rule: string;
  readonly subject: Subject;
  /** The message's, client's or callback's id; of a submission what the SMSC called it. */
  readonly id: string;
  /** The message whose history explains it, when there is one. */
  readonly messageId: string | null;
  /** What is wrong, in words. */
  readonly problem: string;
}

/** A rule of a comparison with what a peer saw, and what it promises. */
export interface Promised {
  readonly rule: string;
  readonly promise: string;
}
