export interface Attic {
  /** Closes the open parts of messages whose time is over, at most `limit`; gives the messages' ids. */
  expire(limit: number): Promise<string[]>;
  /** Refuses what waits to be sent to numbers that have just opted out, at most `limit`; gives the messages' ids. */
  refuseOptedOut(limit: number): Promise<string[]>;
  settle(ids: readonly string[]): Promise<void>;
  /** Stores some of the long inbound messages that have waited for their parts for too long; says how many. */
  receiveOverdue(): Promise<number>;
  /** Erases at most `limit` messages of one recipient; says how many, null when nobody is to be forgotten just now. */
  erase(limit: number): Promise<number | null>;
  /** Notes at most `limit` EMMs whose time on air is over, and has their clients told; says how many. */
  expireEmms(limit: number): Promise<number>;
  /** Deletes at most `limit` requests, EMMs and rights whose retention is over; says how many. */
  removeCas(limit: number): Promise<number>;
  /** Deletes a bounded batch of what has had its time. */
  sweep(): Promise<void>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

export interface Removed {
  readonly expired: number;
  readonly refused: number;
  readonly erased: number;
  /** Inbound messages that were never whole. */
  readonly incomplete: number;
  /** EMMs whose time on air is over. */
  readonly ended: number;
  readonly removed: number;
}

const page = 500;

const settleAll = async (attic: Attic, find: Attic['expire']): Promise<number> => {
  let settled = 0;
  for (let full = true; full && !attic.isLate(); ) {
    const ids = await find(page);
    if (ids.length > 0) await attic.settle(ids);
    settled += ids.length;
    full = ids.length === page;
  }
  return settled;
};

const eraseAll = async (attic: Attic): Promise<number> => {
  let erased = 0;
  while (!attic.isLate()) {
    const some = await attic.erase(page);
    if (some === null) break;
    erased += some;
  }
  return erased;
};

const receiveAll = async (attic: Attic): Promise<number> => {
  let received = 0;
  while (!attic.isLate()) {
    const some = await attic.receiveOverdue();
    if (some === 0) break;
    received += some;
  }
  return received;
};

/** In pages, until one is not full. */
const pageThrough = async (attic: Attic, take: Attic['removeCas']): Promise<number> => {
  let taken = 0;
  for (let full = true; full && !attic.isLate(); ) {
    const some = await take(page);
    taken += some;
    full = some >= page;
  }
  return taken;
};

/**
 * Settles what expired wherever its delivery got lost, and what may not be sent any more, so that nothing stays held
 * for ever; stores inbound messages that will never be whole; erases recipients who are to be forgotten. All of it in small batches: what is left is the next run's.
 */
export const removeExpired = async (attic: Attic): Promise<Removed> => {
  const expired = await settleAll(attic, attic.expire);
  const refused = await settleAll(attic, attic.refuseOptedOut);
  const incomplete = await receiveAll(attic);
  const erased = await eraseAll(attic);
  const ended = await pageThrough(attic, attic.expireEmms);
  const removed = await pageThrough(attic, attic.removeCas);
  await attic.sweep();
  return { expired, refused, erased, incomplete, ended, removed };
};
