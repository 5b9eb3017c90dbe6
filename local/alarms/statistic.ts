const percentile = (values: readonly number[], hundredth: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((hundredth / 100) * sorted.length) - 1)] ?? 0;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const known: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Sum: sum,
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  SampleCount: (values) => values.length,
};

/**
 * A statistic of CloudWatch over the values of one period; undefined where there is none: missing data.
 *
 * @throws Error naming the statistic, when it is none of these nor a percentile.
 */
export const statisticOf = (statistic: string, values: readonly number[]): number | undefined => {
  if (values.length === 0) return undefined;
  const percent = /^p(\d{1,2}(?:\.\d+)?)$/.exec(statistic)?.[1];
  if (percent !== undefined) return percentile(values, Number(percent));
  const compute = known[statistic];
  if (!compute) throw new Error(`The statistic ${statistic} is not known here.`);
  return compute(values);
};
