import type { AlarmState, MetricAlarm, MetricQuery } from './alarm.ts';
import { evaluateMath } from './metric-math.ts';
import type { MetricStore } from './metric-store.ts';
import { statisticOf } from './statistic.ts';

export interface Moment {
  readonly now: number;
  /** Since when there is data; what is missing before is nobody's silence. */
  readonly since: number;
}

interface Span {
  readonly from: number;
  readonly until: number;
}

/** One line of figures, newest first; undefined: missing. */
type Series = readonly (number | undefined)[];

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

const dimensionsOf = (given: MetricAlarm['Dimensions']): Record<string, string> =>
  Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));

/** Namespaces of what the dev cloud does not measure. */
const unmeasured: ReadonlySet<string> = new Set(['AWS/RDS']);

/** `SELECT MAX(x) FROM SCHEMA("ns", a, b) GROUP BY a ORDER BY MAX() DESC`: a series for each value of a. */
const insight = /^SELECT (MAX|MIN|SUM|AVG)\((\w+)\) FROM SCHEMA\("([^"]+)", ([\w, ]+)\) GROUP BY (\w+)/;
const insightStatistics = { MAX: 'Maximum', MIN: 'Minimum', SUM: 'Sum', AVG: 'Average' } as const;

const seriesOfInsight = (store: MetricStore, expression: string, spans: readonly Span[]): Series[] | null => {
  const [, statistic, name = '', namespace = '', names = '', group = ''] = insight.exec(expression) ?? [];
  if (!statistic) return null;
  const stat = insightStatistics[statistic as keyof typeof insightStatistics];
  const all = store.series(namespace, name, names.split(', '));
  return [...Map.groupBy(all, (dimensions) => dimensions[group]).values()].map((members) =>
    spans.map(({ from, until }) =>
      statisticOf(
        stat,
        members.flatMap((dimensions) => store.values({ namespace, name, dimensions }, from, until)),
      ),
    ),
  );
};

const seriesOfQueries = (
  store: MetricStore,
  queries: readonly MetricQuery[],
  spans: readonly Span[],
): Series[] | null => {
  const returned = queries.find(({ ReturnData }) => ReturnData);
  if (!returned || queries.some(({ Expression = '' }) => Expression.startsWith('ANOMALY_DETECTION_BAND'))) return null;
  if (returned.Expression?.startsWith('SELECT')) return seriesOfInsight(store, returned.Expression, spans);
  const byId = new Map(queries.map((query) => [query.Id, query]));
  const valueIn = (span: Span, id: string): number | undefined => {
    const query = byId.get(id);
    if (!query) throw new Error(`There is no metric ${id} among those of the alarm.`);
    if (query.Expression) return evaluateMath(query.Expression, (inner) => valueIn(span, inner));
    if (!query.MetricStat) return undefined;
    const { Metric, Stat } = query.MetricStat;
    const metric = {
      namespace: Metric.Namespace,
      name: Metric.MetricName,
      dimensions: dimensionsOf(Metric.Dimensions),
    };
    return statisticOf(Stat, store.values(metric, span.from, span.until));
  };
  return [spans.map((span) => valueIn(span, returned.Id))];
};

const seriesOf = (store: MetricStore, alarm: MetricAlarm, spans: readonly Span[]): Series[] | null => {
  if (alarm.Metrics) return seriesOfQueries(store, alarm.Metrics, spans);
  const { Namespace: namespace = '', MetricName: name = '' } = alarm;
  if (unmeasured.has(namespace)) return null;
  const metric = { namespace, name, dimensions: dimensionsOf(alarm.Dimensions) };
  const statistic = alarm.Statistic ?? alarm.ExtendedStatistic ?? '';
  return [spans.map(({ from, until }) => statisticOf(statistic, store.values(metric, from, until)))];
};

const periodOf = ({ Period, Metrics = [] }: MetricAlarm): number =>
  Period ?? Math.max(60, ...Metrics.map((query) => query.Period ?? query.MetricStat?.Period ?? 60));

const judge = (alarm: MetricAlarm, series: Series, spans: readonly Span[], since: number): AlarmState => {
  const compare = comparisons[alarm.ComparisonOperator];
  if (!compare || alarm.Threshold === undefined) return 'NOT_EVALUATED';
  const verdicts = series.map((value, i): boolean | undefined => {
    if (value !== undefined) return compare(value, alarm.Threshold ?? 0);
    if (alarm.TreatMissingData === 'notBreaching') return false;
    return alarm.TreatMissingData === 'breaching' && (spans[i]?.from ?? 0) >= since ? true : undefined;
  });
  const breaching = verdicts.filter((verdict) => verdict === true).length;
  if (breaching >= (alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods)) return 'ALARM';
  return verdicts.includes(false) ? 'OK' : 'INSUFFICIENT_DATA';
};

/**
 * The state of one alarm at a moment, from its own metrics, statistic, periods, threshold and treatment of missing data
 * (CloudWatch User Guide, "Alarm evaluation"). Periods end at the moment instead of at full minutes, and an alarm has
 * no memory of its state of before: `ignore` is as `missing`.
 *
 * @throws Error naming what of its metric math is not known here.
 */
export const evaluateAlarm = (alarm: MetricAlarm, store: MetricStore, { now, since }: Moment): AlarmState => {
  const periodMs = 1000 * periodOf(alarm);
  const spans = Array.from({ length: alarm.EvaluationPeriods }, (_, i) => ({
    from: now - (i + 1) * periodMs,
    until: now - i * periodMs,
  }));
  const all = seriesOf(store, alarm, spans);
  if (!all) return 'NOT_EVALUATED';
  const states = (all.length > 0 ? all : [spans.map(() => undefined)]).map((each) => judge(alarm, each, spans, since));
  return states.find((state) => state === 'ALARM') ?? states[0] ?? 'INSUFFICIENT_DATA';
};
