import { describe, expect, test } from 'vitest';
import { createDice } from '../faults/dice.ts';
import { corpusOf, fuzz, fuzzTargets } from './fuzz.ts';
import { mutate } from './mutate.ts';

describe.each(fuzzTargets)('$name', (target) => {
  test('holds for every input that is kept', () => {
    const entries = corpusOf(target);
    expect(entries.length).toBeGreaterThan(3);
    for (const { file, octets } of entries) expect(() => target.probe(octets), file).not.toThrow();
  });

  test('holds for some thousand neighbours of them; npm run test:fuzz has more', () => {
    const { failure, kinds } = fuzz(target, 1, (iterations) => iterations === 5_000);
    expect(failure).toBeUndefined();
    expect(kinds).toBeGreaterThan(5);
  });
});

test('the same seed gives the same mutants', () => {
  const some = [Buffer.from('one'), Buffer.from('another')];
  const mutants = (seed: number) => {
    const dice = createDice(seed);
    return Array.from({ length: 200 }, () => mutate(dice.pick(some), dice, some).toString('hex'));
  };
  expect(mutants(7)).toEqual(mutants(7));
  expect(mutants(7)).not.toEqual(mutants(8));
});
