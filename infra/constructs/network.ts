import {
  CfnEIP,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  NatProvider,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, type Deployment } from '../deployment.ts';

/**
 * A network in two zones: the database in subnets without a way out, programs that must leave from a known address in
 * private ones. The addresses are made apart from the NAT gateways and, where protected, outlive them: SMSCs and
 * clients have them on their allow lists.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly addresses: readonly CfnEIP[];

  constructor(scope: Construct, id: string, { config, names, dataRemoval }: Deployment) {
    super(scope, id);
    this.addresses = Array.from({ length: config.network.natGateways }, (_, i) => {
      const address = new CfnEIP(this, `Address${i + 1}`, { domain: 'vpc' });
      address.applyRemovalPolicy(dataRemoval);
      return address;
    });
    this.vpc = new Vpc(this, 'Vpc', {
      vpcName: names.of('network'),
      ipAddresses: IpAddresses.cidr(config.network.cidr),
      availabilityZones: [...config.availabilityZones],
      natGateways: config.network.natGateways,
      natGatewayProvider: NatProvider.gateway({
        eipAllocationIds: this.addresses.map((address) => address.attrAllocationId),
      }),
      // Emptying the default security group would take a custom resource; nothing is ever put into it.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
    });
    acknowledge(
      this.vpc,
      'CloudFormation-Validate::W3010',
      'The zones are data of the stage, so that a template is the same wherever it is synthesized.',
    );
    // These two cost nothing, and keep the layers of images and the calls of DynamoDB off the NAT gateways' bill. An
    // interface endpoint costs more than the little that SQS and the Data API send through them.
    const subnets = [{ subnetGroupName: 'private' }];
    this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, subnets });
    this.vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB, subnets });
    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogs', {
          logGroupName: names.logGroup('network-flows'),
          retention: config.logRetentionDays,
          removalPolicy: dataRemoval,
        }),
        new Role(this, 'FlowLogsRole', {
          roleName: names.of('network-flows'),
          description: 'Writes down who spoke to whom.',
          assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com'),
        }),
      ),
    });
  }
}
