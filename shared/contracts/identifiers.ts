import * as z from 'zod';

/** UUID v7 (RFC 9562, 5.7): its first 48 bits are the time, so that rows of one time lie together. */
const uuidV7 = z.uuid({ version: 'v7', error: 'is not a UUID v7' });

export const MessageId = uuidV7.brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageId>;

export const ClientId = uuidV7.brand<'ClientId'>();
export type ClientId = z.infer<typeof ClientId>;

export const CallbackId = uuidV7.brand<'CallbackId'>();
export type CallbackId = z.infer<typeof CallbackId>;

/** The public part of an API key, in lower-case base32. */
export const ApiKeyId = z.string().regex(/^[a-z2-7]{12,32}$/);

/** E.164 without the plus sign. */
export const Msisdn = z
  .string()
  .regex(/^[1-9]\d{6,14}$/)
  .brand<'Msisdn'>();
export type Msisdn = z.infer<typeof Msisdn>;

/** What follows a request through every queue and log line. */
export const CorrelationId = z.string().regex(/^[\x21-\x7e]{1,128}$/);
