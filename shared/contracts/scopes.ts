import * as z from 'zod';

export const Scope = z.enum([
  'messages:read',
  'messages:write',
  'pushes:read',
  'pushes:write',
  'cas:read',
  'cas:write',
  'admin',
]);
export type Scope = z.infer<typeof Scope>;

/** What authorize-request tells serve-api about the caller, through the gateway's authorizer context (strings only). */
export const Caller = z.object({
  client_id: z.string(),
  key_id: z.string(),
  /** Scopes joined by a space. */
  scopes: z.string(),
  is_test: z.enum(['true', 'false']),
  /** The token bucket of the client's requests, in decimal digits. */
  rate_per_second: z.string().regex(/^[1-9]\d{0,5}$/),
  burst: z.string().regex(/^[1-9]\d{0,5}$/),
  /** In whose alphabets the client's texts may be written: ISO 639-1, joined by a space. */
  national_languages: z.string().default(''),
});
export type Caller = z.infer<typeof Caller>;
