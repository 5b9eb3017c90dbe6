import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import { type AlarmHeading, pascalCase } from '../names.ts';

export interface AlarmSpec {
  /** `<thing>/<State>`: the alarm's name after its stage, and its heading in docs/runbook.md. */
  readonly heading: AlarmHeading;
  /** One sentence that says what is wrong, to somebody who has just been woken. */
  readonly sentence: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Default: at or above the threshold. */
  readonly comparison?: ComparisonOperator;
  /** How many periods in a row. Default 1. */
  readonly periods?: number;
  /** Default: silence is well. A thing whose silence is the fault says `BREACHING`. */
  readonly missing?: TreatMissingData;
  /** Whether messages or money stand still meanwhile: it then counts into the composite alarm MoneyPath. */
  readonly moneyPath?: boolean;
}

/** An alarm without a threshold: CloudWatch learns what is usual at each hour of the week, in its first two weeks. */
export interface UnusualSpec extends Pick<AlarmSpec, 'heading' | 'sentence' | 'metric' | 'periods'> {
  /** On which side of the band it is raised. */
  readonly comparison: ComparisonOperator;
}

/** The only way to raise an alarm: named, described, sent somewhere, and with a page in the runbook. */
export interface Alarms {
  /** Somebody is woken. */
  readonly page: (scope: Construct, spec: AlarmSpec) => Alarm;
  /** Somebody looks at it on the next working day. */
  readonly ticket: (scope: Construct, spec: AlarmSpec) => Alarm;
  /** Somebody looks at it on the next working day: it is not as it usually is, which need not be bad. */
  readonly unusual: (scope: Construct, spec: UnusualSpec) => Alarm;
  /** The names of the alarms so far that say the money path is unwell. */
  readonly moneyPath: () => readonly string[];
}

export interface AlarmTopics {
  readonly pages: ITopic;
  readonly tickets: ITopic;
}

/** `deliveries-high/OldestMessageTooOld` becomes the fragment GitHub gives that heading. */
const fragment = (heading: AlarmHeading): string => heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '');

/** The description of an alarm: its sentence and its page. */
export const alarmDescription = (deployment: Deployment, heading: AlarmHeading, sentence: string): string =>
  `${sentence} ${deployment.config.runbookUrl}#${fragment(heading)}`;

export const alarmsOf = (deployment: Deployment, topics: AlarmTopics): Alarms => {
  const moneyPath: string[] = [];
  const idOf = (heading: AlarmHeading) => `${pascalCase(heading.replace('/', '-'))}Alarm`;
  const named = ({ heading, sentence }: Pick<AlarmSpec, 'heading' | 'sentence'>) => ({
    alarmName: deployment.names.alarm(heading),
    alarmDescription: alarmDescription(deployment, heading, sentence),
  });
  const tell = (alarm: Alarm, topic: ITopic): Alarm => {
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    return alarm;
  };
  const raise = (scope: Construct, spec: AlarmSpec, topic: ITopic): Alarm => {
    const alarm = new Alarm(scope, idOf(spec.heading), {
      ...named(spec),
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods ?? 1,
      treatMissingData: spec.missing ?? TreatMissingData.NOT_BREACHING,
    });
    if (spec.moneyPath) moneyPath.push(deployment.names.alarm(spec.heading));
    return tell(alarm, topic);
  };
  const unusual = (scope: Construct, spec: UnusualSpec): Alarm => {
    const alarm = new AnomalyDetectionAlarm(scope, idOf(spec.heading), {
      ...named(spec),
      metric: spec.metric,
      stdDevs: 3,
      comparisonOperator: spec.comparison,
      evaluationPeriods: spec.periods ?? 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return tell(alarm, topics.tickets);
  };
  return {
    unusual,
    page: (scope, spec) => raise(scope, spec, topics.pages),
    ticket: (scope, spec) => raise(scope, spec, topics.tickets),
    moneyPath: () => moneyPath,
  };
};

/** The period in which CloudWatch keeps what AWS services report. */
export const minute = Duration.minutes(1);
