import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a receiver of callbacks finds when it checks `Signalbox-Signature: t=<unix>,v1=<hex>`. */
export type Verdict =
  | 'valid'
  /** No `v1` is the HMAC-SHA256 of `t.body` under a known secret. */
  | 'invalid'
  /** The signature is right, its time more than five minutes away: it may be a replay. */
  | 'expired'
  | 'malformed'
  | 'missing'
  | 'no-secret';

export const toleranceSeconds = 300;

const isSignedBy = (secret: string, time: string, body: Uint8Array, signature: string): boolean => {
  const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/**
 * Checks a signature over the octets of the body just as they came. While a secret is being replaced there may be two
 * secrets, and two `v1` in the header: one that fits is enough.
 *
 * @param now unix time in seconds.
 */
export const verifySignature = ({
  header,
  body,
  secrets,
  now,
}: {
  readonly header: string | undefined;
  readonly body: Uint8Array;
  readonly secrets: readonly string[];
  readonly now: number;
}): Verdict => {
  if (header === undefined) return 'missing';
  const fields = header.split(',').map((field) => field.trim());
  const time = fields.find((field) => field.startsWith('t='))?.slice(2) ?? '';
  const signatures = fields.filter((field) => field.startsWith('v1=')).map((field) => field.slice(3));
  const isWellFormed = /^\d{1,12}$/.test(time) && signatures.every((one) => /^[0-9a-f]{64}$/.test(one));
  if (!isWellFormed || signatures.length === 0) return 'malformed';
  if (secrets.length === 0) return 'no-secret';
  const isSigned = secrets.some((secret) => signatures.some((one) => isSignedBy(secret, time, body, one)));
  if (!isSigned) return 'invalid';
  return Math.abs(now - Number(time)) > toleranceSeconds ? 'expired' : 'valid';
};
