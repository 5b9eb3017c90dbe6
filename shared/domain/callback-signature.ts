import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * `Signalbox-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`, each v1 the HMAC-SHA256 of `<t>.<body>` under one valid
 * secret (the bytes of its text in UTF-8), the newest first. Two stand there while a secret is being replaced.
 */
export interface SignedCallback {
  /** The body as it is sent, byte for byte. */
  readonly body: string;
  /** Unix time in seconds. */
  readonly at: number;
  readonly secrets: readonly (string | Uint8Array)[];
}

const tagOf = (secret: string | Uint8Array, at: number, body: string): string =>
  createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');

/**
 * The value of the signature header.
 *
 * @throws RangeError without a secret.
 */
export const signCallback = ({ body, at, secrets }: SignedCallback): string => {
  if (secrets.length === 0) throw new RangeError('A callback cannot be signed without a secret');
  return [`t=${at}`, ...secrets.map((secret) => `v1=${tagOf(secret, at, body)}`)].join(',');
};

export interface ReceivedCallback {
  /** The value of the signature header. */
  readonly header: string;
  readonly body: string;
  readonly secret: string | Uint8Array;
  /** Unix time in seconds. */
  readonly now: number;
  /** How far the signature's time may be from now, in seconds; five minutes when left out. */
  readonly tolerance?: number;
}

const equal = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** Whether one of the signatures is right and its time near enough, in constant time for each. What a client does. */
export const verifyCallback = ({ header, body, secret, now, tolerance = 300 }: ReceivedCallback): boolean => {
  const fields = header.split(',').map((field) => field.trim().split('=', 2));
  const times = fields.filter(([name]) => name === 't').map(([, value]) => value ?? '');
  const [time] = times;
  if (times.length !== 1 || time === undefined || !/^\d{1,15}$/.test(time)) return false;
  const at = Number(time);
  if (Math.abs(now - at) > tolerance) return false;
  const wanted = tagOf(secret, at, body);
  return fields.filter(([name, value]) => name === 'v1' && equal(value ?? '', wanted)).length > 0;
};
