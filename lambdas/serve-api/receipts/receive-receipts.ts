import { randomUUID } from 'node:crypto';
import { refuse } from '#shared/contracts/problems.ts';
import { ProviderReceipts } from '#shared/contracts/provider-receipts.ts';
import { ProviderName } from '#shared/contracts/providers.ts';
import { OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { verifyCallback } from '#shared/domain/callback-signature.ts';
import { type ApiRequest, answer } from '../api-request.ts';
import type { Handle } from '../handles.ts';
import { readBody } from '../read-body.ts';

export interface ReceiptsWorld {
  /** Null when no HTTP provider has this name. */
  signingKey(provider: string): Promise<string | null>;
  /** Resolves once it is safely in the outcomes queue. */
  report(reported: OutcomesReported): Promise<void>;
  now(): Date;
}

/** Whether the provider that the path names has signed the body, within the last five minutes. */
const isSigned = async (provider: string, request: ApiRequest, world: ReceiptsWorld): Promise<boolean> => {
  const header = request.headers['signalbox-signature'];
  if (header === undefined || !ProviderName.safeParse(provider).success) return false;
  const secret = await world.signingKey(provider);
  if (secret === null) return false;
  return verifyCallback({ header, body: request.body ?? '', secret, now: Math.floor(world.now().getTime() / 1000) });
};

/**
 * POST /v1/receipts/{provider}. Answered once it is queued; a receipt that comes twice counts once. A provider that does
 * not exist is answered as a wrong signature is: nobody learns from it which there are.
 */
export const createReceiveReceipts =
  (world: ReceiptsWorld): Handle =>
  async (request) => {
    const provider = request.pathParameters.provider ?? '';
    if (!(await isSigned(provider, request, world))) return refuse('receipt.signature', 'It is not taken.');
    const body = readBody(request, ProviderReceipts);
    if (body.outcome === 'refused') return body;
    const now = world.now().toISOString();
    const outcomes = body.value.receipts.map(({ message_id, to, state, error_code, at = now }) => ({
      type: 'ReceiptReceived',
      receipt_id: randomUUID(),
      smsc_message_id: message_id,
      recipient: to.replace(/^\+/, ''),
      state,
      error_code,
      at,
    }));
    await world.report(OutcomesReported.parse({ type: 'OutcomesReported', version: 1, provider, outcomes }));
    return answer(202, { received: outcomes.length });
  };
