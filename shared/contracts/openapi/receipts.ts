import { ProviderReceipts, ReceiptsReceived } from '../provider-receipts.ts';
import type { DescribedOperations } from './described.ts';

export const describedReceipts: DescribedOperations<'receiveReceipts'> = {
  receiveReceipts: {
    summary: 'What a provider of kind http says of messages it has taken, signed as callbacks are, with its own key',
    tag: 'Service',
    body: ProviderReceipts,
    example: { receipts: [{ message_id: 'a1b2', to: '491700000001', state: 'DELIVERED' }] },
    answers: [{ status: 202, description: 'They are queued', schema: ReceiptsReceived }],
    problems: ['receipt.signature'],
  },
};
