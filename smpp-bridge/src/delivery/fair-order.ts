/** Whose turn it is among flows that wait for the same thing: start-time fair queueing (Goyal, Vin, Cheng, 1996). */
export interface FairOrder {
  /**
   * The place of one more part of a flow. A flow that had nothing waiting begins where the service is, so that it neither
   * waits for what others have piled up nor makes up for its own silence; one with twice the weight of another is served
   * twice as often while both wait.
   */
  placeOf(flow: string, weight: number): number;
  /** The part at this place is served now. */
  served(place: number): void;
}

/** Flows that are remembered before those are forgotten that lie behind the service. */
const sweepAbove = 1_000;

export const createFairOrder = (): FairOrder => {
  const ends = new Map<string, number>();
  let position = 0;
  const sweep = (): void => {
    for (const [flow, end] of ends) if (end <= position) ends.delete(flow);
  };
  return {
    placeOf: (flow, weight) => {
      const place = Math.max(position, ends.get(flow) ?? 0);
      ends.set(flow, place + 1 / weight);
      if (ends.size > sweepAbove) sweep();
      return place;
    },
    served: (place) => {
      position = Math.max(position, place);
    },
  };
};
