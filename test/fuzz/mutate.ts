import type { Dice } from '../faults/dice.ts';

/** What lengths, tags, types and counts go wrong at. */
const telling = [0x00, 0x01, 0x04, 0x08, 0x10, 0x20, 0x40, 0x7f, 0x80, 0xfe, 0xff];

type Mutation = (octets: Buffer, dice: Dice, others: readonly Buffer[]) => Buffer;

const changed = (octets: Buffer, dice: Dice, change: (octet: number) => number): Buffer => {
  if (octets.length === 0) return octets;
  const copy = Buffer.from(octets);
  const at = dice.integer(0, copy.length - 1);
  copy[at] = change(copy[at] ?? 0);
  return copy;
};

/** Two places in order. */
const span = (octets: Buffer, dice: Dice): readonly [from: number, to: number] => {
  const [from = 0, to = 0] = [dice.integer(0, octets.length), dice.integer(0, octets.length)].sort((a, b) => a - b);
  return [from, to];
};

const replaced = (octets: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([octets.subarray(0, from), by, octets.subarray(to)]);

const mutations: readonly Mutation[] = [
  (octets, dice) => changed(octets, dice, (octet) => octet ^ (1 << dice.integer(0, 7))),
  (octets, dice) => changed(octets, dice, () => dice.integer(0, 255)),
  (octets, dice) => changed(octets, dice, () => dice.pick(telling)),
  (octets, dice) => changed(octets, dice, (octet) => octet + dice.pick([1, -1])),
  // Cuts something out.
  (octets, dice) => replaced(octets, ...span(octets, dice), Buffer.alloc(0)),
  // Cuts the end off.
  (octets, dice) => octets.subarray(0, dice.integer(0, octets.length)),
  // Puts a run of one octet in.
  (octets, dice) => {
    const [at] = span(octets, dice);
    return replaced(octets, at, at, Buffer.alloc(dice.pick([1, 1, 2, 4, 21, 65, 300]), dice.pick(telling)));
  },
  // Says something twice.
  (octets, dice) => {
    const [from, to] = span(octets, dice);
    return replaced(octets, to, to, octets.subarray(from, to));
  },
  // Takes a piece of another.
  (octets, dice, others) => {
    const other = dice.pick(others);
    return replaced(octets, ...span(octets, dice), other.subarray(...span(other, dice)));
  },
];

const longest = 70_000;

/** A neighbour of `octets`: one to five mutations away, of at most 70,000 octets. */
export const mutate = (octets: Buffer, dice: Dice, others: readonly Buffer[]): Buffer => {
  let mutant = octets;
  for (let n = dice.integer(1, 5); n > 0; n--) mutant = dice.pick(mutations)(mutant, dice, others);
  return mutant.subarray(0, longest);
};
