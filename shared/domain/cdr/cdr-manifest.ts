import { createHash } from 'node:crypto';
import type { CdrLine } from './cdr-line.ts';

/** What a set of lines comes to. */
export interface CdrSums {
  readonly lines: number;
  readonly cost_micros: number;
  readonly price_cents: number;
  readonly captured_cents: number;
}

export interface CdrObject extends CdrSums {
  readonly key: string;
  readonly provider: string;
  /** Of the CSV, before it was compressed, in hexadecimal. */
  readonly sha256: string;
}

/** What an hour is made of: it is written last, so that what it names is there. */
export interface CdrManifest extends CdrSums {
  readonly version: 1;
  readonly hour: string;
  /** Counts how often the hour's objects changed. */
  readonly edition: number;
  readonly objects: readonly CdrObject[];
}

const noSums: CdrSums = { lines: 0, cost_micros: 0, price_cents: 0, captured_cents: 0 };

const add = (a: CdrSums, b: CdrSums): CdrSums => ({
  lines: a.lines + b.lines,
  cost_micros: a.cost_micros + b.cost_micros,
  price_cents: a.price_cents + b.price_cents,
  captured_cents: a.captured_cents + b.captured_cents,
});

export const addSums = (some: readonly CdrSums[]): CdrSums => some.reduce(add, noSums);

export const sumLines = (lines: readonly CdrLine[]): CdrSums =>
  addSums(
    lines.map(({ cost_micros, price_cents, captured_cents }) => ({
      lines: 1,
      cost_micros: cost_micros ?? 0,
      price_cents,
      captured_cents,
    })),
  );

const partition = (hour: Date): string => {
  const text = hour.toISOString();
  return `date=${text.slice(0, 10)}/hour=${text.slice(11, 13)}`;
};

/** Where the lines of a provider in an hour are: `part` counts from 0. */
export const cdrKey = (provider: string, hour: Date, part: number): string =>
  `cdr/provider=${provider}/${partition(hour)}/part-${`${part}`.padStart(5, '0')}.csv.gz`;

export const manifestKey = (hour: Date): string => `cdr/manifests/${partition(hour)}.json`;

export const manifestOf = (hour: Date, edition: number, objects: readonly CdrObject[]): CdrManifest => ({
  version: 1,
  hour: hour.toISOString(),
  edition,
  ...addSums(objects),
  objects: objects.map(({ key, provider, lines, cost_micros, price_cents, captured_cents, sha256 }) => ({
    key,
    provider,
    lines,
    cost_micros,
    price_cents,
    captured_cents,
    sha256,
  })),
});

export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
