import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDice } from '../faults/dice.ts';
import { decoderTarget } from './decoder-target.ts';
import { deliveryTarget } from './delivery-target.ts';
import { framerTarget } from './framer-target.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { mutate } from './mutate.ts';
import { receiptTarget } from './receipt-target.ts';

export const fuzzTargets: readonly FuzzTarget[] = [framerTarget, decoderTarget, receiptTarget, deliveryTarget];

const corpus = fileURLToPath(new URL('corpus', import.meta.url));

export interface CorpusEntry {
  readonly file: string;
  readonly octets: Buffer;
}

/** What is kept for a target: a file an input, in hexadecimal. `#` begins a remark. */
export const corpusOf = ({ name }: FuzzTarget): readonly CorpusEntry[] =>
  globSync(join(corpus, name, '*.hex'))
    .sort()
    .map((path) => {
      const hex = readFileSync(path, 'utf8').replace(/#.*/g, '').replace(/\s/g, '');
      return { file: basename(path), octets: Buffer.from(hex, 'hex') };
    });

/** Keeps an input that failed; once it is mended, it stays and is tried in every `npm test`. */
const keep = ({ name }: FuzzTarget, octets: Buffer, error: unknown): string => {
  const hash = createHash('sha256').update(octets).digest('hex').slice(0, 12);
  const file = join(corpus, name, `failed-${hash}.hex`);
  mkdirSync(join(corpus, name), { recursive: true });
  const remark = String(error).split('\n', 1)[0] ?? '';
  writeFileSync(file, `# ${remark}\n${octets.toString('hex').replace(/.{1,120}/g, '$&\n')}`);
  return file;
};

export interface FuzzReport {
  readonly iterations: number;
  /** How many kinds of input were met. */
  readonly kinds: number;
  /** The first failure ends a run. */
  readonly failure?: { readonly error: unknown; readonly octets: Buffer; readonly file: string };
}

const mostKept = 4_000;

/** Mutates what is kept, by a seed, until `isOver`; the same seed meets the same inputs in the same order. */
export const fuzz = (target: FuzzTarget, seed: number, isOver: (iterations: number) => boolean): FuzzReport => {
  const dice = createDice(seed);
  const kept = corpusOf(target).map(({ octets }) => octets);
  const kinds = new Set<string>();
  let iterations = 0;
  for (; !isOver(iterations); iterations++) {
    const octets = iterations < kept.length ? kept[iterations] : mutate(dice.pick(kept), dice, kept);
    if (octets === undefined) break;
    try {
      const kind = target.probe(octets);
      if (!kinds.has(kind) && kept.length < mostKept) kept.push(octets);
      kinds.add(kind);
    } catch (error) {
      return { iterations, kinds: kinds.size, failure: { error, octets, file: keep(target, octets, error) } };
    }
  }
  return { iterations, kinds: kinds.size };
};
