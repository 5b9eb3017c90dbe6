import type { Claim, Deferral } from '#shared/adapters/claim-deliveries.ts';
import type { ReceivedMessage } from '#shared/adapters/queues.ts';
import type { Priority } from '#shared/contracts/queue-messages.ts';
import { createBatcher } from './batcher.ts';
import { type Delivery, parseDelivery } from './parse-delivery.ts';
import { weighClaims } from './weigh-claims.ts';

/** A queue of deliveries and how much of the task's capacity it may fill: the rest is kept for what is more urgent. */
export interface Source {
  readonly priority: Priority;
  readonly queueUrl: string;
  readonly share: number;
}

/** What became of a claimed message. */
export type Carried =
  /** What was said of it is safely in the outcomes queue. */
  | { readonly outcome: 'reported' }
  /** No byte of it went out: it is another task's to send. */
  | { readonly outcome: 'untouched' }
  /** No byte of it went out: nobody takes it now. */
  | ({ readonly outcome: 'deferred' } & Omit<Deferral, 'claim'>);

export interface PipelineWorld {
  /** Submits what is still to go of a message, and reports it. */
  carry(claim: Claim, source: Source): Promise<Carried>;
  receive(queueUrl: string, waitSeconds: number): Promise<ReceivedMessage[]>;
  claim(deliveries: readonly Delivery[]): Promise<readonly Claim[]>;
  /** Gives claims back of which no byte was sent. */
  release(claims: readonly Claim[]): Promise<void>;
  /** Gives claims back to be queued again later. */
  defer(deferrals: readonly Deferral[]): Promise<void>;
  remove(queueUrl: string, receiptHandles: readonly string[]): Promise<void>;
  giveBack(queueUrl: string, receiptHandles: readonly string[], seconds: number): Promise<void>;
  /** Resolves when there is a bound session, or when there will never be one. */
  whenBound(): Promise<void>;
  log(line: string, detail?: object): void;
}

export interface Pipeline {
  /** Parts in hand: received and not yet reported. */
  readonly inHand: number;
  /** Receives no more, and resolves when everything in hand is reported, or given back to its queue. */
  stop(): Promise<void>;
}

/** What SQS gives at most in one receive. */
const receiveSize = 10;
/** Long enough that an idle task costs little, short enough that a stop need not cut a receive off. */
const receiveWaitSeconds = 2;
const faultPauseMs = 1_000;
/** A receive answers with the first message there is: after one that was not full, messages are left to gather. */
const gatherMs = 50;
/** After a fault the delivery is seen again soon, but not at once. */
const faultBackSeconds = 5;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Takes deliveries from their queues, claims them, submits them and reports: the queue message is deleted only when its
 * outcome is safely in the outcomes queue, or when the claim says that it is not ours to send.
 *
 * @param capacity how many parts may be in hand, asked before each receive; about twice what all windows hold keeps
 *   them full.
 */
export const startPipeline = (world: PipelineWorld, sources: readonly Source[], capacity: () => number): Pipeline => {
  let isStopping = false;
  let inHand = 0;
  /** What receives under way may yet bring. */
  let expected = 0;
  let roomWaiters: (() => void)[] = [];

  const tellRoom = (): void => {
    const waiters = roomWaiters;
    roomWaiters = [];
    for (const wake of waiters) wake();
  };
  const whenRoom = async (share: number): Promise<void> => {
    while (!isStopping && inHand + expected >= capacity() * share)
      await new Promise<void>((resolve) => roomWaiters.push(resolve));
  };

  const removals = createBatcher<Delivery, void>({ most: 50, lingerMs: 100 }, async (deliveries) => {
    const byQueue = Map.groupBy(deliveries, (delivery) => delivery.queueUrl);
    for (const [queueUrl, some] of byQueue)
      await world.remove(
        queueUrl,
        some.map(({ receiptHandle }) => receiptHandle),
      );
    return deliveries.map(() => undefined);
  });

  const claims = createBatcher<Delivery, Claim | null | 'faulted'>({ most: 200, lingerMs: 20 }, async (deliveries) => {
    const byMessage = new Map<string, Claim>();
    const faulted = new Set<Delivery>();
    await Promise.all(
      weighClaims(deliveries).map(async (some) => {
        try {
          for (const claim of await world.claim(some)) byMessage.set(claim.message_id, claim);
        } catch (error) {
          world.log('A claim met a fault', { deliveries: some.length, error });
          for (const delivery of some) faulted.add(delivery);
        }
      }),
    );
    // SQS may give one delivery twice in a batch: the first of them has the claim.
    return deliveries.map((delivery) => {
      if (faulted.has(delivery)) return 'faulted';
      const claim = byMessage.get(delivery.accepted.message_id) ?? null;
      byMessage.delete(delivery.accepted.message_id);
      return claim;
    });
  });

  const deferrals = createBatcher<Deferral, void>({ most: 200, lingerMs: 20 }, async (some) => {
    await world.defer(some);
    return some.map(() => undefined);
  });

  const deliver = async (delivery: Delivery, source: Source): Promise<void> => {
    const claim = await claims.add(delivery);
    if (claim === 'faulted') throw new Error('The delivery could not be claimed');
    if (!claim) return removals.add(delivery);
    const carried = await world.carry(claim, source).catch(async (error: unknown) => {
      await world.release([claim]);
      throw error;
    });
    if (carried.outcome === 'deferred') {
      // It comes back as a row does: a delivery that is received again and again would pass for a fault.
      await deferrals.add({ claim, reason: carried.reason, seconds: carried.seconds });
      return removals.add(delivery);
    }
    if (carried.outcome === 'reported') return removals.add(delivery);
    await world.release([claim]);
    await world.giveBack(delivery.queueUrl, [delivery.receiptHandle], 0);
  };

  const handle = async (delivery: Delivery, source: Source): Promise<void> => {
    const { message_id, correlation_id, parts } = delivery.accepted;
    try {
      await deliver(delivery, source);
    } catch (error) {
      world.log('A delivery met a fault and goes back to its queue', { message_id, correlation_id, error });
      await world.giveBack(delivery.queueUrl, [delivery.receiptHandle], faultBackSeconds).catch(() => undefined);
    } finally {
      inHand -= parts;
      tellRoom();
    }
  };

  const under = new Set<Promise<void>>();
  const accept = (source: Source, message: ReceivedMessage): void => {
    const { queueUrl } = source;
    const delivery = parseDelivery(queueUrl, message);
    if (!delivery) {
      world.log('A delivery does not parse and is left to become a dead letter', { sqs_message_id: message.messageId });
      // Without it, it comes back by its visibility timeout.
      world.giveBack(queueUrl, [message.receiptHandle], 0).catch(() => undefined);
      return;
    }
    inHand += delivery.accepted.parts;
    const work = handle(delivery, source).finally(() => under.delete(work));
    under.add(work);
  };

  const pollOnce = async (source: Source): Promise<void> => {
    const { queueUrl, share } = source;
    await world.whenBound();
    await whenRoom(share);
    if (isStopping) return;
    expected += receiveSize;
    const messages = await world.receive(queueUrl, receiveWaitSeconds).finally(() => {
      expected -= receiveSize;
    });
    for (const message of messages) accept(source, message);
    tellRoom();
    if (messages.length > 0 && messages.length < receiveSize) await pause(gatherMs);
  };

  const poll = async (source: Source): Promise<void> => {
    while (!isStopping)
      await pollOnce(source).catch(async (error: unknown) => {
        world.log('Receiving met a fault', { priority: source.priority, error });
        await pause(faultPauseMs);
      });
  };

  const polling = Promise.all(sources.map(poll));
  return {
    get inHand() {
      return inHand;
    },
    stop: async () => {
      isStopping = true;
      tellRoom();
      await polling;
      while (under.size > 0) await Promise.allSettled(under);
      await removals.idle();
    },
  };
};
