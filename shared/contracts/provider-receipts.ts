import * as z from 'zod';
import { ReceiptState } from './queue-messages.ts';

/** What an HTTP provider posts of messages that it has taken: POST /v1/receipts/{provider}. */
export const ProviderReceipts = z.strictObject({
  receipts: z
    .array(
      z.strictObject({
        message_id: z.string().min(1).max(64).meta({ description: 'As the provider called the part when it took it.' }),
        to: z.string().max(64).meta({ description: 'The recipient.' }),
        state: ReceiptState,
        error_code: z
          .string()
          .max(16)
          .nullable()
          .default(null)
          .meta({ description: 'Why it was not delivered, in the provider’s own code; null: it does not say.' }),
        at: z.iso.datetime().optional().meta({ description: 'When it came to that; when left out, now.' }),
      }),
    )
    .min(1)
    .max(100)
    .meta({ description: 'One a part; one that comes twice counts once.' }),
});
export type ProviderReceipts = z.infer<typeof ProviderReceipts>;

export const ReceiptsReceived = z.object({ received: z.int().meta({ description: 'How many were taken.' }) });
