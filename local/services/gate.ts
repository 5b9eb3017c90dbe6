/** One call of one service, as an IAM policy sees it. */
export interface Call {
  readonly principal: string;
  readonly service: string;
  /** Such as `kms:Decrypt`. */
  readonly action: string;
  /** The ARN acted upon. */
  readonly resource: string;
  /** Condition keys and their values, one or several. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

export type Verdict =
  | { readonly allowed: true }
  /** The reason ends AWS's sentence; the call is another than the one asked about where that one implies it. */
  | { readonly allowed: false; readonly reason: string; readonly call?: Call | undefined };

/** Who calls, and whether they may: asked by every endpoint before it acts. */
export interface Gate {
  /** The principal that was issued this access key, or undefined for a key nobody was issued. */
  identify(accessKeyId: string): string | undefined;
  authorize(call: Call): Verdict;
}
