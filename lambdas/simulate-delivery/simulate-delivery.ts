import { v5 as uuidV5 } from 'uuid';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { Outcome, type OutcomesReported } from '#shared/contracts/queue-messages.ts';

/** How an SMSC would have answered to a destination that ends so. Every other is delivered. */
export const simulatedDestinations = {
  '0001': 'refused',
  '0002': 'undeliverable',
  '0005': 'never-receipted',
} as const;

type Fate = (typeof simulatedDestinations)[keyof typeof simulatedDestinations] | 'delivered';

/** As which provider the simulator reports; no real one is called so. */
export const simulator = 'simulator';

/** ESME_RINVDSTADR, SMPP 3.4, 5.1.3. */
const invalidDestination = 0x0b;
/** Receipts of one part have one id, so that a repeated report changes nothing. */
const receiptNamespace = 'b1b8f8a3-7f0b-4f55-9f0e-3a1ab3f0f6c8';
const mostOutcomes = 200;

const fateOf = (recipient: string): Fate =>
  simulatedDestinations[recipient.slice(-4) as keyof typeof simulatedDestinations] ?? 'delivered';

const outcomesOf = (claim: Claim, part: number, at: string): Outcome[] => {
  const about = { message_id: claim.message_id, attempt: claim.attempt, part, at };
  const fate = fateOf(claim.recipient);
  if (fate === 'refused')
    return [Outcome.parse({ type: 'PartRefused', ...about, command_status: invalidDestination, retry: false })];
  const smscId = `test-${claim.message_id}-${part}-${claim.attempt}`;
  const submitted = Outcome.parse({ type: 'PartSubmitted', ...about, smsc_message_id: smscId, late: false });
  if (fate === 'never-receipted') return [submitted];
  const receipt = Outcome.parse({
    type: 'ReceiptReceived',
    receipt_id: uuidV5(smscId, receiptNamespace),
    smsc_message_id: smscId,
    recipient: claim.recipient,
    state: fate === 'delivered' ? 'DELIVERED' : 'UNDELIVERABLE',
    error_code: fate === 'delivered' ? '000' : '001',
    at,
  });
  return [submitted, receipt];
};

/** What an SMSC would have said of these claims, in reports as long as a report may be. */
export const simulateDelivery = (claims: readonly Claim[], now: Date): OutcomesReported[] => {
  const at = now.toISOString();
  const outcomes = claims.flatMap((claim) => claim.part_numbers.flatMap((part) => outcomesOf(claim, part, at)));
  return Array.from({ length: Math.ceil(outcomes.length / mostOutcomes) }, (_, i) => ({
    type: 'OutcomesReported',
    version: 1,
    provider: simulator,
    outcomes: outcomes.slice(i * mostOutcomes, (i + 1) * mostOutcomes),
  }));
};
