/** What shares a stream: EMMs that are new, and the three classes in their endless repetition. */
export const laneNames = ['new', 'unique', 'shared', 'global'] as const;
export type LaneName = (typeof laneNames)[number];

export interface LaneShare {
  /** Of what is left when every floor is kept, in proportion to the weights of those that have something to send. */
  readonly weight: number;
  /** The part of the bandwidth that it has in any case while it has something to send: 0 to 1. */
  readonly floor: number;
}

export type LaneShares = Readonly<Record<LaneName, LaneShare>>;

/** What a carousel has that says nothing else: new EMMs get at least the half, and nobody is ever left out. */
export const usualShares: LaneShares = {
  new: { weight: 8, floor: 0.3 },
  unique: { weight: 4, floor: 0.1 },
  shared: { weight: 2, floor: 0.1 },
  global: { weight: 1, floor: 0.05 },
};

/** A carousel's shares, with what it does not say as it usually is. */
export const wholeShares = (said: Readonly<Partial<Record<LaneName, Partial<LaneShare>>>>): LaneShares => ({
  new: { ...usualShares.new, ...said.new },
  unique: { ...usualShares.unique, ...said.unique },
  shared: { ...usualShares.shared, ...said.shared },
  global: { ...usualShares.global, ...said.global },
});

/** The floors of a stream promise no more than all of it, and every lane is given something. */
export const areSharesKept = (shares: LaneShares): boolean => {
  const lanes = laneNames.map((name) => shares[name]);
  const floors = lanes.reduce((sum, { floor }) => sum + floor, 0);
  return floors <= 1 && lanes.every(({ weight, floor }) => weight >= 0 && floor >= 0 && weight + floor > 0);
};

/** The part of the bandwidth that each of the lanes gets while these have something to send; together 1. */
export const sharesOf = (shares: LaneShares, busy: readonly LaneName[]): Readonly<Record<LaneName, number>> => {
  const floors = busy.reduce((sum, name) => sum + shares[name].floor, 0);
  const weights = busy.reduce((sum, name) => sum + shares[name].weight, 0);
  const part = (name: LaneName): number => {
    if (!busy.includes(name)) return 0;
    const { weight, floor } = shares[name];
    // Nobody who has something to send has a weight: the floors share what is left.
    return weights === 0 ? floor / floors : floor + (Math.max(0, 1 - floors) * weight) / weights;
  };
  return { new: part('new'), unique: part('unique'), shared: part('shared'), global: part('global') };
};

export interface Turns {
  /** Whose turn it is among those that have something to send. */
  next(busy: readonly LaneName[]): LaneName | undefined;
  /** It sent so many octets. */
  sent(lane: LaneName, octets: number, busy: readonly LaneName[]): void;
}

/**
 * Fair queuing: each lane has a clock of its own that goes on by what it sends over its share, and the one whose clock is
 * behind is next. A lane that had nothing to send begins at the time of the others: it has saved up nothing.
 */
export const createTurns = (shares: LaneShares): Turns => {
  const clocks: Record<LaneName, number> = { new: 0, unique: 0, shared: 0, global: 0 };
  const parts = new Map<string, Readonly<Record<LaneName, number>>>();
  let now = 0;

  const partsOf = (busy: readonly LaneName[]) => {
    const key = busy.join();
    const known = parts.get(key) ?? sharesOf(shares, busy);
    parts.set(key, known);
    return known;
  };

  return {
    next: (busy) => {
      let first: LaneName | undefined;
      for (const name of busy) {
        clocks[name] = Math.max(clocks[name], now);
        if (first === undefined || clocks[name] < clocks[first]) first = name;
      }
      if (first !== undefined) now = clocks[first];
      return first;
    },
    sent: (lane, octets, busy) => {
      clocks[lane] += octets / partsOf(busy)[lane];
    },
  };
};
