import type { Delivery } from './parse-delivery.ts';

/**
 * A claim brings the texts back, and the Data API gives at most 1 MiB: a part is at most some 300 octets of UTF-8, a
 * message at most 45,000, so that so many parts stay well below.
 */
const partsPerClaim = 600;

/** Deliveries in order, in as few claims as their texts allow. */
export const weighClaims = (deliveries: readonly Delivery[]): Delivery[][] => {
  const claims: Delivery[][] = [];
  let weight = 0;
  for (const delivery of deliveries) {
    const { parts } = delivery.accepted;
    const claim = claims.at(-1);
    if (claim && weight + parts <= partsPerClaim) {
      claim.push(delivery);
      weight += parts;
    } else {
      claims.push([delivery]);
      weight = parts;
    }
  }
  return claims;
};
