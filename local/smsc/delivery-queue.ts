import type { Pdu, Session } from 'smpp';
import type { Behaviour } from './behaviour.ts';
import type { DeliverFields } from './delivery-receipt.ts';
import type { Timers } from './timers.ts';

/** A peer that takes deliver_sm. */
export interface Receiver {
  readonly session: Session;
  /** What it has not answered yet: called when its connection is gone. */
  readonly unanswered: Set<() => void>;
}

interface Delivery {
  readonly fields: DeliverFields;
  readonly since: number;
  /** Called once, when it has first been written to a socket. */
  sent: (() => void) | undefined;
}

export interface DeliveryQueue {
  /** Sends as soon as a receiver is bound and has room, and again until it is answered with status 0. */
  readonly enqueue: (fields: DeliverFields, sent?: () => void) => void;
  /** To be called when a receiver was bound. */
  readonly pump: () => void;
  readonly waiting: () => number;
}

const window = 100;
const mostWaiting = 100_000;
const giveUpAfterMs = 3_600_000;

/** The deliver_sm's of one account: they go to any of its receivers in turn and outlive every connection. */
export const createDeliveryQueue = ({
  receivers,
  behaviour,
  timers,
  log,
}: {
  readonly receivers: () => readonly Receiver[];
  readonly behaviour: () => Behaviour;
  readonly timers: Timers;
  readonly log: (line: string) => void;
}): DeliveryQueue => {
  const waiting = new Set<Delivery>();
  let turn = 0;

  const again = (delivery: Delivery, why: string): void => {
    if (Date.now() - delivery.since > giveUpAfterMs) {
      log(`deliver_sm given up: ${why}`);
      return;
    }
    log(`deliver_sm to be sent again: ${why}`);
    timers.after(behaviour().deliverRetryMs, () => {
      waiting.add(delivery);
      pump();
    });
  };

  const send = (delivery: Delivery, { session, unanswered }: Receiver): void => {
    const settle = (status: number | null, why: string): void => {
      if (!unanswered.delete(lost)) return;
      cancel();
      if (status !== 0) again(delivery, why);
      pump();
    };
    const lost = (): void => settle(null, 'the connection was lost');
    const cancel = timers.after(behaviour().deliverTimeoutMs, () => settle(null, 'it was not answered'));
    unanswered.add(lost);
    const answered = (answer: Pdu): void =>
      settle(answer.command_status, `it was answered 0x${answer.command_status.toString(16)}`);
    if (!session.deliver_sm(delivery.fields, answered)) {
      lost();
      return;
    }
    delivery.sent?.();
    delivery.sent = undefined;
  };

  const pump = (): void => {
    for (const delivery of waiting) {
      const free = receivers().filter(({ unanswered }) => unanswered.size < window);
      const receiver = free[turn++ % free.length];
      if (!receiver) return;
      waiting.delete(delivery);
      send(delivery, receiver);
    }
  };

  return {
    enqueue: (fields, sent) => {
      if (waiting.size >= mostWaiting) for (const oldest of [...waiting].slice(0, 1)) waiting.delete(oldest);
      waiting.add({ fields, since: Date.now(), sent });
      pump();
    },
    pump,
    waiting: () => waiting.size,
  };
};
