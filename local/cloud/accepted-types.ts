/** What a resource that is not made answers to Ref. */
type Reference = 'name' | 'arn' | 'id';

interface Accepted {
  readonly reason: string;
  readonly ref: Reference;
  /** The property that holds its name, where it can be named. */
  readonly name?: string;
}

const network = { reason: 'Everything runs on the loopback of one machine.', ref: 'id' } as const;
const observation = { reason: 'Logs are files, and nobody is woken at night by a laptop.', ref: 'name' } as const;

/**
 * Resource types that the dev cloud knowingly leaves out, each with the reason. A type that stands neither here nor
 * among those it makes stops the start.
 */
export const acceptedTypes: Readonly<Record<string, Accepted>> = {
  'AWS::CDK::Metadata': { reason: 'Tells AWS which constructs were used.', ref: 'id' },
  'AWS::ApiGateway::Account': { reason: 'Lets API Gateway write logs.', ref: 'id' },
  'AWS::CloudWatch::AnomalyDetector': observation,
  'AWS::CloudWatch::Dashboard': { ...observation, name: 'DashboardName' },
  'AWS::Logs::LogGroup': { ...observation, name: 'LogGroupName' },
  'AWS::Logs::MetricFilter': observation,
  'AWS::Logs::QueryDefinition': observation,
  'AWS::SNS::Topic': { reason: 'Only alarms publish to it.', ref: 'arn', name: 'TopicName' },
  'AWS::SNS::TopicPolicy': { reason: 'Only alarms publish to the topic.', ref: 'id' },
  'AWS::SNS::Subscription': { reason: 'Only alarms publish to the topic.', ref: 'arn' },
  'AWS::Budgets::Budget': { reason: 'Nothing here costs money.', ref: 'name' },
  'AWS::WAFv2::WebACL': { reason: 'Only this machine can call the API.', ref: 'id' },
  'AWS::WAFv2::WebACLAssociation': { reason: 'Only this machine can call the API.', ref: 'id' },
  'AWS::WAFv2::LoggingConfiguration': { reason: 'There is no firewall that could log.', ref: 'id' },
  'AWS::Scheduler::ScheduleGroup': {
    reason: 'A schedule carries the name of its group itself.',
    ref: 'name',
    name: 'Name',
  },
  'AWS::RDS::DBInstance': {
    reason: 'The cluster is one PostgreSQL server.',
    ref: 'name',
    name: 'DBInstanceIdentifier',
  },
  'AWS::RDS::DBSubnetGroup': { reason: 'The cluster is one PostgreSQL server on the loopback.', ref: 'name' },
  'AWS::EC2::VPC': network,
  'AWS::EC2::Subnet': network,
  'AWS::EC2::RouteTable': network,
  'AWS::EC2::Route': network,
  'AWS::EC2::SubnetRouteTableAssociation': network,
  'AWS::EC2::InternetGateway': network,
  'AWS::EC2::VPCGatewayAttachment': network,
  'AWS::EC2::NatGateway': network,
  'AWS::EC2::EIP': network,
  'AWS::EC2::FlowLog': network,
  'AWS::EC2::VPCEndpoint': network,
  'AWS::EC2::SecurityGroup': network,
  'AWS::EC2::SecurityGroupIngress': network,
  'AWS::EC2::SecurityGroupEgress': network,
};
