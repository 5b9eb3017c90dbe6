import * as z from 'zod';
import { accountId, region } from '../intrinsics.ts';
import { schedulerSession } from '../required-actions.ts';
import { count, generatedName, type Maker, readProperties, unused } from '../resource.ts';

const Schedule = z.strictObject({
  Name: z.string().optional(),
  GroupName: z.string().default('default'),
  Description: unused,
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: z.coerce.date().optional(),
  EndDate: z.coerce.date().optional(),
  // A run anywhere in a window is a run at its beginning too.
  FlexibleTimeWindow: unused,
  KmsKeyArn: unused,
  Target: z.strictObject({
    Arn: z.string().startsWith('arn:aws:lambda:'),
    RoleArn: z.string(),
    // What EventBridge Scheduler sends where the template gives no input.
    Input: z.string().default('{}'),
    RetryPolicy: z
      .strictObject({ MaximumRetryAttempts: count.default(185), MaximumEventAgeInSeconds: count.default(86_400) })
      .prefault({}),
    DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  }),
});

const planSchedule: Maker = (resource, { plan, access }) => {
  const schedule = readProperties(resource, Schedule);
  const { Target: target } = schedule;
  const name = schedule.Name ?? generatedName(resource);
  const arn = `arn:aws:scheduler:${region}:${accountId}:schedule/${schedule.GroupName}/${name}`;
  // CreateSchedule refuses a role that Scheduler cannot take on.
  schedulerSession(access, target.RoleArn, arn);
  plan.schedules.push({
    name,
    arn,
    expression: schedule.ScheduleExpression,
    timezone: schedule.ScheduleExpressionTimezone,
    enabled: schedule.State === 'ENABLED',
    functionArn: target.Arn,
    input: target.Input,
    roleArn: target.RoleArn,
    maximumRetryAttempts: target.RetryPolicy.MaximumRetryAttempts,
    maximumEventAgeSeconds: target.RetryPolicy.MaximumEventAgeInSeconds,
    deadLetterQueueArn: target.DeadLetterConfig?.Arn,
    startDate: schedule.StartDate,
    endDate: schedule.EndDate,
  });
  return { ref: name, attributes: { Arn: arn } };
};

export const scheduleMakers: Readonly<Record<string, Maker>> = { 'AWS::Scheduler::Schedule': planSchedule };
