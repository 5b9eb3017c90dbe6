import type { ProviderLink } from './provider-link.ts';

/** How much a task takes on, in parts. */
export interface FleetCapacity {
  /** Over all providers. */
  inHand(): number;
  /** What a provider may be given beside what it has; `share` is that of the message's priority. */
  roomOf(link: ProviderLink, share: number): number;
}

/** A provider may have some more than keeps it busy: turning messages away costs two statements each. */
const mostOver = 1.5;
const slack = 20;
/** What is received must find out where it goes, however slow the providers are that are up. */
const leastInHand = 30;

export const createFleetCapacity = (links: ReadonlyMap<string, ProviderLink>): FleetCapacity => ({
  inHand: () => {
    let sum = 0;
    for (const { capacity } of links.values()) sum += capacity;
    return links.size === 1 ? sum : Math.max(leastInHand, sum);
  },
  roomOf: (link, share) => {
    // A single one is kept from too much by what is received, and nobody waits behind it for another.
    if (links.size === 1) return Number.POSITIVE_INFINITY;
    return link.capacity * share * mostOver + (link.capacity > slack ? slack : 0) - link.inHand;
  },
});
