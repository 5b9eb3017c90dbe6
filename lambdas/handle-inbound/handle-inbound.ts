import type { Assembly, Collected, NewParts } from '#shared/adapters/collect-parts.ts';
import { type Inbound, inboundOf } from '#shared/adapters/receive-and-tell.ts';
import type { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { sortInbound } from './sort-inbound.ts';

/** What handling does to the world. Each of them can be repeated. */
export interface Mailroom {
  /** Puts parts to those of their messages that are here already; each key is given once. */
  collect(parts: readonly NewParts[]): Promise<Collected>;
  /** Stores messages, routes them, obeys them, and tells whoever they are for; each of them once. */
  receive(inbound: readonly Inbound[]): Promise<void>;
  /**
   * Does what follows on storing, for messages that are stored already. Of what was put together nothing else tells it
   * again: whoever stored it may have died right after.
   */
  followUp(ids: readonly string[]): Promise<void>;
}

const isUnder = (key: Assembly, parts: NewParts): boolean =>
  key.provider === parts.provider &&
  key.source_addr === parts.source_addr &&
  key.destination_addr === parts.destination_addr &&
  key.scheme === parts.scheme &&
  key.reference === parts.reference &&
  key.total === parts.total;

/** A key has as many turns as unlike parts of one number came; each may find another message in its way, once. */
const mostTurns = 40;

/**
 * Stores whole messages as they came, and long ones once all of their parts are here. What stands in the way of a new
 * part, a message under the same key that will never be whole, is stored as far as it came.
 *
 * @throws Error when parts go on to be in one another's way: a fault, to be tried again.
 */
export const handleInbound = async (batch: readonly InboundReceived[], mailroom: Mailroom): Promise<void> => {
  const { whole, parts } = sortInbound(batch);
  if (whole.length > 0) await mailroom.receive(whole);
  let left = parts;
  for (let turn = 0; left.length > 0; turn += 1) {
    if (turn === mostTurns) throw new Error('Parts of inbound messages go on to be in the way of one another');
    const now = left.flatMap(([first]) => (first ? [first] : []));
    const collected = await mailroom.collect(now);
    const found = [...collected.inTheWay, ...collected.whole].map(inboundOf);
    if (found.length > 0) await mailroom.receive(found);
    if (collected.stored.length > 0) await mailroom.followUp(collected.stored);
    left = left.flatMap(([first, ...later]) => {
      const again = first && collected.inTheWay.some((assembly) => isUnder(assembly, first));
      const rest = again ? [first, ...later] : later;
      return rest.length > 0 ? [rest] : [];
    });
  }
};
