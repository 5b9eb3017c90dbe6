import * as z from 'zod';

/** What a client can be told of. */
export const CallbackType = z.enum([
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.expired',
  'message.received',
  'account.low_balance',
  'callback.test',
]);
export type CallbackType = z.infer<typeof CallbackType>;
