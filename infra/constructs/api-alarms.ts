import { Duration } from 'aws-cdk-lib';
import { type Alarm, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import { type Alarms, minute } from './alarms.ts';
import type { ServiceFunction } from './service-function.ts';

/** What API Gateway reports of a stage of an API. */
export const apiMetrics = (apiName: string, stageName: string) => {
  const of = (metricName: string, statistic: string, period: Duration) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiName: apiName, Stage: stageName },
      statistic,
      period,
    });
  const percent = (metricName: '4XXError' | '5XXError', period: Duration) => {
    // Two of these stand in one graph, where no two metrics may share an id.
    const counted = `answers${metricName.slice(0, 3).toLowerCase()}`;
    return new MathExpression({
      expression: `IF(requests > 0, 100 * ${counted} / requests, 0)`,
      usingMetrics: { [counted]: of(metricName, Stats.SUM, period), requests: of('Count', Stats.SUM, period) },
      label: `${metricName} in percent`,
      period,
    });
  };
  return { of, percent };
};

/** 99.9 % of requests are to be answered without a 5xx; 14.4 times that error rate spends a month's budget in two days. */
const burnPercent = 1.44;

/** The alarms that speak for the clients: they judge what left the gateway, whoever was at fault. Gives the one on faults. */
export const apiAlarms = (
  scope: Construct,
  { config }: Deployment,
  alarms: Alarms,
  apiName: string,
  stageName: string,
  serveApi: ServiceFunction,
): Alarm => {
  const { of, percent } = apiMetrics(apiName, stageName);
  const failing = alarms.page(scope, {
    heading: 'api/ServerErrors',
    sentence: 'At least 5 requests of a minute, and 1 % of them, were answered with a 5xx for 3 minutes.',
    metric: new MathExpression({
      expression: 'IF(failed >= 5, 100 * failed / requests, 0)',
      usingMetrics: { failed: of('5XXError', Stats.SUM, minute), requests: of('Count', Stats.SUM, minute) },
      label: '5xx in percent',
      period: minute,
    }),
    threshold: 1,
    periods: 3,
    moneyPath: true,
  });
  alarms.page(scope, {
    heading: 'api/ErrorBudgetBurning',
    sentence: `Over an hour ${burnPercent} % of requests failed: at this rate a month's error budget is spent in two days.`,
    metric: percent('5XXError', Duration.hours(1)),
    threshold: burnPercent,
  });
  alarms.ticket(scope, {
    heading: 'api/ClientErrorSurge',
    sentence: 'More than a fifth of all requests were refused with a 4xx for 15 minutes.',
    metric: percent('4XXError', Duration.minutes(5)),
    threshold: 20,
    periods: 3,
  });
  alarms.ticket(scope, {
    heading: 'api/Slow',
    sentence: 'One request in a hundred took longer than a second for 15 minutes.',
    metric: of('Latency', 'p99', Duration.minutes(5)),
    threshold: 1000,
    periods: 3,
  });
  const reserved = config.api.reservedConcurrency;
  alarms.page(scope, {
    heading: 'api/ConcurrencyHigh',
    sentence: 'serve-api has used more than 80 % of its concurrency for 5 minutes; above it requests fail.',
    metric: serveApi.function.metric('ConcurrentExecutions', { statistic: Stats.MAXIMUM, period: minute }),
    threshold: 0.8 * (reserved ?? config.accountConcurrency),
    periods: 5,
  });
  return failing;
};
