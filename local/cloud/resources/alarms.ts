import { CompositeAlarm, MetricAlarm } from '../../alarms/alarm.ts';
import { accountId, region } from '../intrinsics.ts';
import { generatedName, type Maker, type Resource, readProperties } from '../resource.ts';

const named = (resource: Resource): Resource['properties'] => ({
  AlarmName: generatedName(resource, 255),
  ...resource.properties,
});

const made = (name: string) => ({
  ref: name,
  attributes: { Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}` },
});

const planAlarm: Maker = (resource, { plan }) => {
  const alarm = readProperties({ ...resource, properties: named(resource) }, MetricAlarm);
  plan.alarms.push(alarm);
  return made(alarm.AlarmName);
};

const planCompositeAlarm: Maker = (resource, { plan }) => {
  const alarm = readProperties({ ...resource, properties: named(resource) }, CompositeAlarm);
  plan.compositeAlarms.push(alarm);
  return made(alarm.AlarmName);
};

/** They are evaluated by local/alarms; whom they would tell is nobody's business here. */
export const alarmMakers: Readonly<Record<string, Maker>> = {
  'AWS::CloudWatch::Alarm': planAlarm,
  'AWS::CloudWatch::CompositeAlarm': planCompositeAlarm,
};
