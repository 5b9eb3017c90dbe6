import type { BehaviourState } from './behaviour.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { Timers } from './timers.ts';

type Enqueue = DeliveryQueue['enqueue'];

const together = 5;
/** What does not fill its five goes as it is. */
const longestHoldMs = 500;

/** Sends receipts twice, and in a wrong order, while the behaviour says so; otherwise just as they come. */
export const createUnrulyReceipts = (behaviour: BehaviourState, timers: Timers, enqueue: Enqueue): Enqueue => {
  let held: (() => void)[] = [];
  const flush = (): void => {
    const all = held.toReversed();
    held = [];
    for (const send of all) send();
  };
  const hold = (send: () => void): void => {
    held.push(send);
    if (held.length >= together) flush();
    else if (held.length === 1) timers.after(longestHoldMs, flush);
  };
  return (fields, sent) => {
    const isTwice = behaviour.take('duplicateReceipts');
    const send = (): void => {
      enqueue(fields, sent);
      if (isTwice) enqueue(fields);
    };
    if (behaviour.take('reorderReceipts')) hold(send);
    else send();
  };
};
