import { Aws } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, type CfnAlias, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DeploymentsConfig } from '../config.ts';
import { acknowledge, type Deployment } from '../deployment.ts';

export interface GradualDeploymentProps {
  readonly deployment: Deployment;
  readonly deployments: DeploymentsConfig;
  /** The function's name without its stage. */
  readonly name: string;
  readonly function: LambdaFunction;
}

const canaries = {
  10: LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES,
  15: LambdaDeploymentConfig.CANARY_10PERCENT_15MINUTES,
  30: LambdaDeploymentConfig.CANARY_10PERCENT_30MINUTES,
} as const satisfies Readonly<Record<DeploymentsConfig['canaryMinutes'], unknown>>;

/**
 * What CodeDeploy needs to move an alias. The managed policy of AWS would let it move every alias of the account, and read
 * from buckets.
 */
const makeRole = (scope: Construct, { deployment, name, function: made }: GradualDeploymentProps): Role => {
  const { config, names } = deployment;
  const role = new Role(scope, 'Role', {
    roleName: names.of(`${name}-deployment`),
    description: `Lets CodeDeploy move the alias of ${name}.`,
    assumedBy: new ServicePrincipal('codedeploy.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  });
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:GetAlias', 'lambda:UpdateAlias'], resources: [made.functionArn] }),
  );
  const allowAny = (action: string, service: string, resource: string, reason: string): void => {
    const arn = (partition: string, account: string) =>
      `arn:${partition}:${service}:${config.region}:${account}:${resource}`;
    role.addToPolicy(new PolicyStatement({ actions: [action], resources: [arn(Aws.PARTITION, Aws.ACCOUNT_ID)] }));
    acknowledge(role, `AwsSolutions-IAM5[Resource::${arn('<AWS::Partition>', '<AWS::AccountId>')}]`, reason);
  };
  const versions = `function:${names.of(name)}:*`;
  allowAny(
    'lambda:GetProvisionedConcurrencyConfig',
    'lambda',
    versions,
    'A version has its number once it is published.',
  );
  allowAny(
    'cloudwatch:DescribeAlarms',
    'cloudwatch',
    'alarm:*',
    'Alarms are asked for by name, allowed only together.',
  );
  return role;
};

/**
 * The alias `live` of a function, by which whoever calls it does. A new version is given a tenth of the calls first; if
 * one of the alarms is raised meanwhile, or the deployment is stopped, all calls go to the old version again.
 */
export class GradualDeployment extends Construct {
  readonly alias: Alias;
  private readonly group: LambdaDeploymentGroup;

  constructor(scope: Construct, id: string, props: GradualDeploymentProps) {
    super(scope, id);
    const { deployment, deployments, name } = props;
    this.alias = new Alias(this, 'Live', { aliasName: 'live', version: props.function.currentVersion });
    const role = makeRole(this, props);
    this.group = new LambdaDeploymentGroup(this, 'Group', {
      application: new LambdaApplication(this, 'Application', { applicationName: deployment.names.of(name) }),
      deploymentGroupName: deployment.names.of(name),
      alias: this.alias,
      deploymentConfig: canaries[deployments.canaryMinutes],
      // The CDK would attach the managed policy of AWS to it.
      role: role.withoutPolicyUpdates(),
      autoRollback: { failedDeployment: true, stoppedDeployment: true },
    });
    this.group.node.addDependency(role);
    // Without a policy CloudFormation moves the alias itself, in a moment and whatever the alarms say.
    if (deployment.traffic === 'at-once')
      (this.alias.node.defaultChild as CfnAlias).cfnOptions.updatePolicy = undefined;
  }

  /** An alarm that takes a new version back. None may look at the alias, which is not moved before the alarm is there. */
  rollBackOn(alarm: IAlarm): void {
    this.group.addAlarm(alarm);
  }
}
