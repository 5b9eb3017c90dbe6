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

const removeAll = async (attic: Attic): Promise<number> => {
  let removed = 0;
  for (let full = true; full && !attic.isLate(); ) {
    const some = await attic.removeCas(page);
    removed += some;
    full = some >= page;
  }
  return removed;
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
  const removed = await removeAll(attic);
  await attic.sweep();
  return { expired, refused, erased, incomplete, removed };
};
