export interface Tables {
  /** Makes what partitions are missing ahead; says how many. */
  makePartitions(): Promise<number>;
  /** Deletes at most `limit` figures whose time is over; says how many. */
  removeStatistics(limit: number): Promise<number>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

export interface Maintained {
  readonly made: number;
  /** Rows of statistics that were too old. */
  readonly removed: number;
}

const page = 1_000;

/** Makes partitions first: nothing else must keep them from being there. What is too old and left is the next night's. */
export const maintainPartitions = async (tables: Tables): Promise<Maintained> => {
  const made = await tables.makePartitions();
  let removed = 0;
  for (let full = true; full && !tables.isLate(); ) {
    const some = await tables.removeStatistics(page);
    removed += some;
    full = some === page;
  }
  return { made, removed };
};
