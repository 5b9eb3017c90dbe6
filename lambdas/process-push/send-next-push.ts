import { createHash } from 'node:crypto';
import type { CardHsm } from '#shared/adapters/hsm/connect-hsm.ts';
import { HsmFault } from '#shared/adapters/hsm/hsm-fault.ts';
import type { BuiltPacket } from '#shared/adapters/record-packet.ts';
import type { TakenPush } from '#shared/adapters/take-push.ts';
import { toHsmRequest } from './to-hsm-request.ts';

/** What is done with a card's line; each step commits for itself, and may be repeated. */
export interface Line {
  /** Brings the push that is under way to what its message came to. */
  follow(iccid: string): Promise<void>;
  /** Null: there is nothing to send now. */
  take(iccid: string): Promise<TakenPush | null>;
  giveBack(push: TakenPush, why: { readonly isCounterUsed: boolean; readonly reason: string }): Promise<void>;
  /** Makes the packet the message's, and queues it. */
  send(push: TakenPush, packet: BuiltPacket): Promise<void>;
  /** Ends a push whose packet is not to be had, and gives the money back. */
  refuse(push: TakenPush, reason: string): Promise<void>;
  /** Has the card looked at again. */
  comeAgain(iccid: string, afterMs: number): Promise<void>;
}

export type Step =
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'sent' | 'refused' | 'waits'; readonly push: TakenPush; readonly reason?: string };

/** After a fault of the HSM; its circuit breaker has a longer breath. */
const pauseMs = 5_000;

const describe = (push: TakenPush, packet: Buffer): BuiltPacket => ({
  packet_hex: packet.toString('hex'),
  packet_sha256: createHash('sha256').update(packet).digest('hex'),
  backend: push.keys.location === 'hsm' ? 'hsm' : 'software',
});

/**
 * Sends the first push of a card's line, if none is under way.
 *
 * A counter that the HSM may have used is used: the push gets another, and those behind it too. While the HSM was surely
 * not asked, or is not to be asked now, the push keeps its counter and waits. Where this process dies in between, the push
 * stays in its hands until it is found abandoned, and its counter then counts as used.
 */
export const sendNextPush = async (line: Line, hsm: CardHsm, iccid: string): Promise<Step> => {
  await line.follow(iccid);
  const push = await line.take(iccid);
  if (!push) return { outcome: 'nothing' };
  const waits = async (isCounterUsed: boolean, reason: string, afterMs: number): Promise<Step> => {
    await line.giveBack(push, { isCounterUsed, reason });
    await line.comeAgain(iccid, afterMs);
    return { outcome: 'waits', push, reason };
  };
  const { keyset, spec } = toHsmRequest(push);
  const data = Buffer.from(push.data_hex, 'hex');
  try {
    const built = await hsm.build({ callId: push.call_id, keyset, spec: { ...spec, data } });
    if (built.outcome === 'not-now') return await waits(false, built.reason, built.retryAfterMs);
    if (built.outcome === 'refused') {
      await line.refuse(push, built.reason);
      await line.comeAgain(iccid, 0);
      return { outcome: 'refused', push, reason: built.reason };
    }
    await line.send(push, describe(push, built.packet));
    return { outcome: 'sent', push };
  } catch (error) {
    if (!(error instanceof HsmFault)) throw error;
    return waits(error.mayHaveUsedCounter, error.reason, pauseMs);
  }
};
