/** Remembers values up to a number and an age, and forgets the one unused for longest first. */
export interface BoundedMemory<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
}

export interface MemoryLimits {
  readonly maxEntries: number;
  /** Counted from `set`, however often the value is used; for ever when left out. */
  readonly maxAgeMs?: number;
  readonly now?: () => number;
}

export const createBoundedMemory = <Value>(limits: MemoryLimits): BoundedMemory<Value> => {
  const { maxEntries, maxAgeMs = Number.POSITIVE_INFINITY, now = Date.now } = limits;
  // A Map keeps the order of insertion, so the first key is the one unused for longest.
  const entries = new Map<string, { readonly value: Value; readonly since: number }>();
  return {
    get: (key) => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      if (now() - entry.since >= maxAgeMs) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, { value, since: now() });
      const oldest = entries.keys().next();
      if (entries.size > maxEntries && !oldest.done) entries.delete(oldest.value);
    },
    delete: (key) => {
      entries.delete(key);
    },
  };
};

/**
 * Gives what is remembered under the key, or loads it. Those who ask while it is being loaded share the one call; a
 * load that failed is not remembered.
 */
export const rememberedOr = async <Value>(
  memory: BoundedMemory<Promise<Value>>,
  key: string,
  load: () => Promise<Value>,
): Promise<Value> => {
  const known = memory.get(key);
  if (known) return known;
  const loading = load();
  memory.set(key, loading);
  try {
    return await loading;
  } catch (error) {
    if (memory.get(key) === loading) memory.delete(key);
    throw error;
  }
};
