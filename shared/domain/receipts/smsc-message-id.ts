/** One message id as an SMSC wrote it, and what it may be called elsewhere by the same SMSC. */
export interface SmscMessageId {
  /** As it came. */
  readonly exact: string;
  /** In lower case: some SMSCs change the case between response and receipt. */
  readonly folded: string;
  /** The value read as decimal, in canonical decimal digits; null when it is not all decimal digits. */
  readonly asDecimal: string | null;
  /** The value read as hexadecimal, in canonical decimal digits; null when it is not all hexadecimal digits. */
  readonly asHexadecimal: string | null;
}

/** Reads an id in every way it may be meant. Ids of 2^63 and above exist: nothing is read as a JavaScript number. */
export const identify = (raw: string): SmscMessageId => ({
  exact: raw,
  folded: raw.toLowerCase(),
  asDecimal: /^[0-9]{1,64}$/.test(raw) ? BigInt(raw).toString() : null,
  asHexadecimal: /^[0-9a-f]{1,64}$/i.test(raw) ? BigInt(`0x${raw}`).toString() : null,
});

const same = (left: string | null, right: string | null): boolean => left !== null && left === right;

/**
 * How surely two ids name one message: 3 the same characters, 2 the same but for case or leading zeros, 1 one is the
 * other's value in hexadecimal, 0 not at all. The highest rank wins; two candidates of one rank below 3 are no match.
 */
export const rankMatch = (left: SmscMessageId, right: SmscMessageId): 0 | 1 | 2 | 3 => {
  if (left.exact === right.exact) return 3;
  if (left.folded === right.folded || same(left.asHexadecimal, right.asHexadecimal)) return 2;
  return same(left.asDecimal, right.asHexadecimal) || same(left.asHexadecimal, right.asDecimal) ? 1 : 0;
};
