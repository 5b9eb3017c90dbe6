import * as z from 'zod';

/** What a client can be told of. */
export const CallbackType = z.enum([
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.expired',
  'message.received',
  'push.succeeded',
  'push.failed',
  'push.expired',
  'push.unknown',
  'cas.request.processed',
  'cas.emm.on_air',
  'cas.emm.expired',
  'account.low_balance',
  'callback.test',
]);
export type CallbackType = z.infer<typeof CallbackType>;

/** What a client is told of unless it says otherwise: whatever has come to its end. */
export const finalCallbackTypes = [
  'message.delivered',
  'message.failed',
  'message.expired',
  'push.succeeded',
  'push.failed',
  'push.expired',
  'push.unknown',
] as const satisfies readonly CallbackType[];
