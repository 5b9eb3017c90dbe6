/** Keys in plaintext, held for a while so that not every use costs a call. */
export interface KeyMemory<Key> {
  /**
   * The key of this name, loaded when it is not there, too old, or used up. Those who ask while it is being loaded share
   * the one call; a load that failed is not remembered.
   *
   * @param uses how often the caller is going to use it.
   */
  take(name: string, uses: number, load: () => Promise<Key>): Promise<Key>;
}

export interface KeyLimits {
  readonly maxAgeMs: number;
  /** Of one key; a taker of more than are left gets a fresh one. */
  readonly maxUses: number;
  readonly maxKeys: number;
  readonly now?: () => number;
}

interface Entry<Key> {
  readonly key: Promise<Key>;
  readonly since: number;
  uses: number;
}

export const createKeyMemory = <Key>({ maxAgeMs, maxUses, maxKeys, now = Date.now }: KeyLimits): KeyMemory<Key> => {
  // A Map keeps the order of insertion, so the first entry is the oldest.
  const entries = new Map<string, Entry<Key>>();

  const load = (name: string, uses: number, loader: () => Promise<Key>): Promise<Key> => {
    const entry: Entry<Key> = { key: loader(), since: now(), uses };
    entries.delete(name);
    entries.set(name, entry);
    const oldest = entries.keys().next();
    if (entries.size > maxKeys && !oldest.done) entries.delete(oldest.value);
    entry.key.catch(() => {
      if (entries.get(name) === entry) entries.delete(name);
    });
    return entry.key;
  };

  return {
    take: (name, uses, loader) => {
      const entry = entries.get(name);
      if (!entry || now() - entry.since >= maxAgeMs || entry.uses + uses > maxUses) return load(name, uses, loader);
      entry.uses += uses;
      return entry.key;
    },
  };
};
