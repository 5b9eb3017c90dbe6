import * as z from 'zod';

/** `NOT_EVALUATED`: of something that the dev cloud has not, as Aurora's capacity, or cannot, as learnt bands. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'NOT_EVALUATED';

const count = z.coerce.number();
const Dimensions = z.array(z.object({ Name: z.string(), Value: z.coerce.string() })).default([]);

const MetricQuery = z.object({
  Id: z.string(),
  Expression: z.string().optional(),
  Period: count.optional(),
  ReturnData: z.boolean().default(true),
  MetricStat: z
    .object({
      Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
      Period: count,
      Stat: z.string(),
    })
    .optional(),
});

/** AWS::CloudWatch::Alarm, as far as it says when it is raised. */
export const MetricAlarm = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string().default(''),
  ComparisonOperator: z.string(),
  EvaluationPeriods: count,
  DatapointsToAlarm: count.optional(),
  Threshold: count.optional(),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']).default('missing'),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
  Period: count.optional(),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Metrics: z.array(MetricQuery).optional(),
});
export type MetricAlarm = z.infer<typeof MetricAlarm>;
export type MetricQuery = z.infer<typeof MetricQuery>;

/** AWS::CloudWatch::CompositeAlarm. */
export const CompositeAlarm = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string().default(''),
  AlarmRule: z.string(),
});
export type CompositeAlarm = z.infer<typeof CompositeAlarm>;
