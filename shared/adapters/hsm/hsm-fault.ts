/** What became of an HSM call that gave neither a result nor a refusal. */
export type HsmFaultReason =
  /** No connection, no session: it was never asked. */
  | 'hsm.unreachable'
  /** It said that it is busy or failing, and has done nothing. */
  | 'hsm.unavailable'
  /** It was asked, and did not answer in time. */
  | 'hsm.timeout'
  /** It was asked, and the connection broke. */
  | 'hsm.connection_lost'
  /** It answered what is no answer. */
  | 'hsm.garbage';

const neverAsked: ReadonlySet<HsmFaultReason> = new Set(['hsm.unreachable', 'hsm.unavailable']);

/** A fault of the HSM or of the way to it. Its message holds no key and no data. */
export class HsmFault extends Error {
  override readonly name = 'HsmFault';
  readonly reason: HsmFaultReason;

  constructor(reason: HsmFaultReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  /** Whether the HSM may have secured a packet with the counter: the call must not be repeated then. */
  get mayHaveUsedCounter(): boolean {
    return !neverAsked.has(this.reason);
  }
}

/** Why an HSM was not connected to, for the log: a SyntaxError would quote the secret that says how to reach it. */
export const whyNotConnected = (cause: unknown): string =>
  cause instanceof SyntaxError ? 'The secret is no JSON.' : String(cause);
