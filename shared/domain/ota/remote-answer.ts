/** What one command answered. */
export interface CommandResult {
  /** SW1 SW2, four hexadecimal digits in lower case. */
  readonly statusWord: string;
  readonly data: Buffer;
}

/** What the remote commands of one push answered (ETSI TS 102 226, 5). */
export interface RemoteAnswer {
  /** How many commands were executed; null when the card did not say. */
  readonly executed: number | null;
  /** In the compact format of the last command alone, in the expanded one of each; empty when none was executed. */
  readonly results: readonly CommandResult[];
  /** Why the card could not read on (TS 102 226, 5.2.2.2); null when it could. */
  readonly badFormat: 'unknown_tag' | 'wrong_length' | 'length_not_found' | 'other' | null;
}
