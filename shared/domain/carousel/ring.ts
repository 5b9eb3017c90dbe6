/** A link of a ring; alone it links to itself. */
export interface Link<Value> {
  readonly value: Value;
  next: Link<Value> | null;
  previous: Link<Value> | null;
}

export interface Ring<Value> {
  readonly size: number;
  /** Puts it where it will be reached last. */
  add(value: Value): Link<Value>;
  remove(link: Link<Value>): void;
  /** The one whose turn it is. */
  readonly first: Value | undefined;
  /** The one whose turn it is; its turn passes on. */
  turn(): Value | undefined;
}

/** What takes turns: adding, removing and passing the turn on each cost the same whatever the ring holds. */
export const createRing = <Value>(): Ring<Value> => {
  let current: Link<Value> | null = null;
  let size = 0;

  return {
    get size() {
      return size;
    },
    add: (value) => {
      const link: Link<Value> = { value, next: null, previous: null };
      size += 1;
      const last = current?.previous;
      if (!current || !last) {
        link.next = link;
        link.previous = link;
        current = link;
        return link;
      }
      link.next = current;
      link.previous = last;
      last.next = link;
      current.previous = link;
      return link;
    },
    remove: (link) => {
      const { next, previous } = link;
      if (!next || !previous) return;
      size -= 1;
      previous.next = next;
      next.previous = previous;
      if (current === link) current = next === link ? null : next;
      link.next = null;
      link.previous = null;
    },
    get first() {
      return current?.value;
    },
    turn: () => {
      const link = current;
      current = link?.next ?? null;
      return link?.value;
    },
  };
};
