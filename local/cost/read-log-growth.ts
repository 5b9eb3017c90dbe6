import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

export interface LogGrowth {
  /** Without the lines of the level DEBUG, which stages beside dev do not write. */
  readonly bytes: number;
  /** Names with their dimensions' values, of the lines in the embedded metric format. */
  readonly metrics: ReadonlySet<string>;
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

interface LogLine {
  readonly level?: string;
  readonly _aws?: { readonly CloudWatchMetrics: readonly Directive[] };
  readonly [field: string]: unknown;
}

const parse = (line: string): LogLine => {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
};

const metricsOf = ({ _aws: directives, ...fields }: LogLine): readonly string[] =>
  (directives?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => [Namespace, Name, ...names.map((name) => `${name}=${String(fields[name])}`)].join(' ')),
    ),
  );

const readFrom = (path: string, offset: number): string => {
  const file = openSync(path, 'r');
  try {
    const rest = Buffer.alloc(fstatSync(file).size - offset);
    return rest.toString('utf8', 0, readSync(file, rest, 0, rest.length, offset));
  } finally {
    closeSync(file);
  }
};

/** Follows the logs of a directory: each call gives what was added since the last. */
export const followLogs = (directory: string): (() => LogGrowth) => {
  const offsets = new Map<string, number>();
  return () => {
    let bytes = 0;
    const metrics = new Set<string>();
    for (const name of readdirSync(directory)) {
      const added = readFrom(join(directory, name), offsets.get(name) ?? 0);
      offsets.set(name, (offsets.get(name) ?? 0) + Buffer.byteLength(added));
      for (const line of added.split('\n').filter(Boolean)) {
        const parsed = parse(line);
        if (parsed.level !== 'DEBUG') bytes += Buffer.byteLength(line) + 1;
        for (const metric of metricsOf(parsed)) metrics.add(metric);
      }
    }
    return { bytes, metrics };
  };
};
