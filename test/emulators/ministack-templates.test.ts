import { expect, test } from 'vitest';
import { forMinistack } from './ministack-templates.ts';

const template = {
  Resources: {
    Address: { Type: 'AWS::EC2::EIP' },
    Gateway: {
      Type: 'AWS::EC2::NatGateway',
      Properties: { AllocationId: { 'Fn::GetAtt': ['Address', 'AllocationId'] } },
    },
    Route: {
      Type: 'AWS::EC2::Route',
      Properties: { NatGatewayId: { Ref: 'Gateway' }, RouteTableId: { Ref: 'Table' } },
      DependsOn: ['Gateway', 'Table'],
    },
    Table: { Type: 'AWS::EC2::RouteTable', DependsOn: 'Gateway' },
    Errors: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Errors' } },
    FailureRate: { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: [{ Expression: 'errors / invocations' }] } },
    Serve: {
      Type: 'AWS::Lambda::Function',
      Properties: { Handler: 'index.handler', Environment: { Variables: { STAGE: 'dev' } } },
    },
  },
  Outputs: { FixedAddress: { Value: { Ref: 'Address' } } },
};

test('what is left out is spoken of nowhere, and the rest stays as it is', () => {
  expect(forMinistack(template, {})).toEqual({
    Resources: {
      Route: {
        Type: 'AWS::EC2::Route',
        Properties: { NatGatewayId: 'left-out-gateway', RouteTableId: { Ref: 'Table' } },
        DependsOn: ['Table'],
      },
      Table: { Type: 'AWS::EC2::RouteTable' },
      Errors: template.Resources.Errors,
      Serve: template.Resources.Serve,
    },
    Outputs: { FixedAddress: { Value: 'left-out-address' } },
  });
});

test('every function is given the environment beside its own, and nothing else is', () => {
  const { Resources } = forMinistack(template, { AWS_ENDPOINT_URL_RDS_DATA: 'http://127.0.0.1:1' });
  expect(Resources.Serve?.Properties).toEqual({
    Handler: 'index.handler',
    Environment: { Variables: { STAGE: 'dev', AWS_ENDPOINT_URL_RDS_DATA: 'http://127.0.0.1:1' } },
  });
  expect(Resources.Table).toEqual({ Type: 'AWS::EC2::RouteTable' });
});
