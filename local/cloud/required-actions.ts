import type { AccessControl, Assumption } from '../iam/access-control.ts';
import { AwsError, demand } from '../services/aws-error.ts';
import { accountId, region } from './intrinsics.ts';
import type { RequiredAction } from './plan.ts';

/** The session under which Lambda works in a role's name: not the function's, whose calls say which function they are of. */
export const lambdaSession = (access: AccessControl, roleArn: string, functionArn: string): string =>
  access.assume({
    ...lambdaAssumption(roleArn, functionArn),
    sessionName: `awslambda_${functionArn.split(':').at(-1)}`,
  });

/** The session of a function's own calls (Lambda Developer Guide, "Using source function ARN"). */
export const functionSession = (access: AccessControl, roleArn: string, functionArn: string): string =>
  access.assume({
    ...lambdaAssumption(roleArn, functionArn),
    sessionName: functionArn.split(':').at(-1) ?? '',
    context: { 'lambda:SourceFunctionArn': functionArn },
  });

const lambdaAssumption = (roleArn: string, functionArn: string): Omit<Assumption, 'sessionName'> => ({
  roleArn,
  service: 'lambda.amazonaws.com',
  source: { 'aws:SourceArn': functionArn, 'aws:SourceAccount': accountId },
});

/** EventBridge Scheduler says for which group of schedules it takes a role on. */
export const schedulerSession = (access: AccessControl, roleArn: string, scheduleArn: string): string => {
  const [group = '', name = ''] = scheduleArn.split(':schedule/')[1]?.split('/') ?? [];
  const groupArn = `arn:aws:scheduler:${region}:${accountId}:schedule-group/${group}`;
  const source = { 'aws:SourceArn': groupArn, 'aws:SourceAccount': accountId };
  return access.assume({ roleArn, service: 'scheduler.amazonaws.com', sessionName: name, source });
};

export const taskSession = (access: AccessControl, roleArn: string, family: string): string => {
  const source = {
    'aws:SourceArn': `arn:aws:ecs:${region}:${accountId}:task/${family}`,
    'aws:SourceAccount': accountId,
  };
  return access.assume({ roleArn, service: 'ecs-tasks.amazonaws.com', sessionName: family, source });
};

/**
 * Asks for what a service does in a role's name, as it asks itself before it takes the role.
 *
 * @throws AwsError under the service's own name for it, with the first action that is denied.
 */
export const requireActions = (
  access: AccessControl,
  required: readonly RequiredAction[],
  refusal: { readonly name: string; readonly text: string },
): void => {
  for (const { principal, action, resource } of required) {
    const [service = ''] = action.split(':');
    try {
      demand(access, { principal, service, action, resource, context: {} });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(refusal.name, `${refusal.text} ${error.message}`);
    }
  }
};

/** One principal's actions upon one resource. */
export const actionsOn = (principal: string, resource: string, actions: readonly string[]): readonly RequiredAction[] =>
  actions.map((action) => ({ principal, action, resource }));

/** Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC". */
export const networkInterfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
] as const;

/** Lambda Developer Guide, "Visualize Lambda function invocations using AWS X-Ray". */
export const tracingActions = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] as const;

/** Lambda Developer Guide, "Configuring Lambda execution role permissions" for an SQS event source mapping. */
export const queueSourceActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'] as const;

/** ECR User Guide, "Private repository policies": what a pull needs of a repository. */
export const imagePullActions = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
] as const;

/** Opening a stream in a log group and writing to it. */
export const logWriting = (principal: string, group: string, stream: string): readonly RequiredAction[] => {
  const resource = `arn:aws:logs:${region}:${accountId}:log-group:${group}:log-stream:${stream}`;
  return actionsOn(principal, resource, ['logs:CreateLogStream', 'logs:PutLogEvents']);
};
