import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedBody {
  /** The value of the header `Signalbox-Signature`. */
  readonly header: string | undefined;
  /** The body just as it came, before anything parsed it. */
  readonly body: string | Uint8Array;
  /** The secret; while it is being replaced, both. */
  readonly secrets: readonly string[];
  /** Unix time in seconds; now when left out. */
  readonly now?: number;
  /** Seconds that the signature may be old, or ahead; 300 when left out. What is older may be a replay. */
  readonly toleranceSeconds?: number;
}

const isSignedBy = (secret: string, time: string, body: string | Uint8Array, tag: string): boolean => {
  const wanted = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  const given = Buffer.from(tag, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
};

/** Whether a callback comes from Signalbox, and was made just now: `t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`. */
export const verifySignature = ({ header, body, secrets, now, toleranceSeconds = 300 }: SignedBody): boolean => {
  const fields = (header ?? '').split(',').map((field) => field.trim());
  const time = fields.find((field) => field.startsWith('t='))?.slice(2) ?? '';
  if (!/^\d{1,12}$/.test(time)) return false;
  if (Math.abs((now ?? Date.now() / 1000) - Number(time)) > toleranceSeconds) return false;
  const tags = fields.filter((field) => /^v1=[0-9a-f]{64}$/.test(field)).map((field) => field.slice(3));
  return secrets.some((secret) => tags.some((tag) => isSignedBy(secret, time, body, tag)));
};
