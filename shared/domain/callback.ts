/** A callback that is due, as its row has it. */
export interface StoredCallback {
  readonly id: string;
  readonly clientId: string;
  readonly messageId: string | null;
  readonly correlationId: string | null;
  readonly type: string;
  readonly url: string;
  /** What the client gets as `data`. */
  readonly payload: unknown;
  /** Counted from 1. */
  readonly attempt: number;
  readonly createdAt: Date;
  /** Since when it is tried: since it was made, or since the client asked for it again. */
  readonly triedSince: Date;
  /** How many attempts were made before that. */
  readonly attemptsBefore: number;
  /** The client's signing secrets, encrypted, in base64, newest first. */
  readonly encryptedSecrets: readonly string[];
}

/** What one attempt came to, for a row that is still PENDING and of that attempt. */
export interface Settlement {
  readonly id: string;
  readonly attempt: number;
  /** `refused`: the URL must not be called. `given-up`: the client was away for too long. */
  readonly outcome: 'delivered' | 'retried' | 'refused' | 'given-up';
  /** When it is due again; null unless it is retried. */
  readonly nextAttemptAt: Date | null;
  /** What the client answered, if anything. */
  readonly status: number | null;
  readonly error: string | null;
}
