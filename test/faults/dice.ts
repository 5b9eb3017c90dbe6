/** All chance of one run, from its seed. */
export interface Dice {
  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  pick<Value>(values: readonly Value[]): Value;
  shuffle<Value>(values: readonly Value[]): Value[];
}

/** mulberry32: numbers from 0 to below 1; small, and the same on every machine. */
export const createRandom = (seed: number): (() => number) => {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const createDice = (seed: number): Dice => {
  const random = createRandom(seed);
  const integer = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  return {
    integer,
    pick: (values) => {
      const value = values[integer(0, values.length - 1)];
      if (value === undefined) throw new Error('There is nothing to pick from.');
      return value;
    },
    shuffle: (values) => {
      const left = [...values];
      return values.flatMap(() => left.splice(integer(0, left.length - 1), 1));
    },
  };
};
