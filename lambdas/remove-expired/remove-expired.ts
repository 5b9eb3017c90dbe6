export interface Attic {
  /** Closes the open parts of messages whose time is over, at most `limit`; gives the messages' ids. */
  expire(limit: number): Promise<string[]>;
  settle(ids: readonly string[]): Promise<void>;
  /** Deletes a bounded batch of what has had its time. */
  sweep(): Promise<void>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

const page = 500;

/** Settles what expired wherever its delivery got lost, in small batches, so that nothing stays held for ever. */
export const removeExpired = async (attic: Attic): Promise<{ readonly expired: number }> => {
  let expired = 0;
  for (let full = true; full && !attic.isLate(); ) {
    const ids = await attic.expire(page);
    if (ids.length > 0) await attic.settle(ids);
    expired += ids.length;
    full = ids.length === page;
  }
  await attic.sweep();
  return { expired };
};
