/** What lies in a heap knows its place there, so that it can be taken out of the middle. */
export interface HeapItem {
  /** What it is ordered by: the least comes first. */
  at: number;
  /** Kept by the heap; -1 while it lies in none. */
  place: number;
}

export interface Heap<Item extends HeapItem> {
  readonly size: number;
  readonly first: Item | undefined;
  add(item: Item): void;
  /** Does nothing when it is not there. */
  remove(item: Item): void;
}

/** A binary heap: adding and removing cost the logarithm of its size, looking at the first costs nothing. */
export const createHeap = <Item extends HeapItem>(): Heap<Item> => {
  const items: Item[] = [];

  const put = (item: Item, place: number): void => {
    items[place] = item;
    item.place = place;
  };

  const rise = (item: Item): void => {
    let place = item.place;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above];
      if (!parent || parent.at <= item.at) break;
      put(parent, place);
      place = above;
    }
    put(item, place);
  };

  const sink = (item: Item): void => {
    let place = item.place;
    for (;;) {
      const left = items[2 * place + 1];
      const right = items[2 * place + 2];
      const lesser = left && right && right.at < left.at ? right : left;
      if (!lesser || lesser.at >= item.at) break;
      const below = lesser.place;
      put(lesser, place);
      place = below;
    }
    put(item, place);
  };

  return {
    get size() {
      return items.length;
    },
    get first() {
      return items[0];
    },
    add: (item) => {
      put(item, items.length);
      rise(item);
    },
    remove: (item) => {
      const { place } = item;
      if (place < 0 || items[place] !== item) return;
      const last = items.pop();
      item.place = -1;
      if (!last || last === item) return;
      put(last, place);
      rise(last);
      sink(last);
    },
  };
};
