/** One value of one metric, as CloudWatch is given it. */
export interface Point {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface MetricStore {
  record(point: Point): void;
  /** The values of exactly this metric within [from, until). */
  values(metric: Omit<Point, 'value' | 'at'>, from: number, until: number): readonly number[];
  /** Every set of dimensions, of these names, under which the metric was ever recorded. */
  series(namespace: string, name: string, dimensionNames: readonly string[]): readonly Point['dimensions'][];
}

interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Point['dimensions'];
  readonly points: { readonly at: number; readonly value: number }[];
}

/** The longest that an alarm here looks back is 26 hours; more values of one metric than this are not kept either. */
const keptMs = 27 * 3_600_000;
const mostPoints = 50_000;

const keyOf = ({ namespace, name, dimensions }: Omit<Point, 'value' | 'at'>): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** What the dev cloud's programs and services measured, in memory. */
export const createMetricStore = (): MetricStore => {
  const all = new Map<string, Series>();
  return {
    record: (point) => {
      const { namespace, name, dimensions, at, value } = point;
      const key = keyOf(point);
      const series = all.get(key) ?? { namespace, name, dimensions, points: [] };
      all.set(key, series);
      series.points.push({ at, value });
      if (series.points.length > mostPoints || (series.points[0]?.at ?? at) < at - keptMs) series.points.shift();
    },
    values: (metric, from, until) =>
      (all.get(keyOf(metric))?.points ?? []).filter(({ at }) => at >= from && at < until).map(({ value }) => value),
    series: (namespace, name, dimensionNames) =>
      [...all.values()]
        .filter((each) => each.namespace === namespace && each.name === name)
        .map(({ dimensions }) => dimensions)
        .filter((dimensions) => [...dimensionNames].sort().join() === Object.keys(dimensions).sort().join()),
  };
};
