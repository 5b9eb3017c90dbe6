import { expect, test } from 'vitest';
import { resourcesOf } from '../../infra/templates.ts';
import { allOf, templatesFor } from './synthesized.ts';

const isSimulator = ({ Properties }: { readonly Properties: Readonly<Record<string, unknown>> }) =>
  /-smsc-simulator(-start)?$/.test(String(Properties.ServiceName ?? Properties.GroupName ?? Properties.RoleName));
const ofSimulator = (type: string) => allOf('staging', type).filter(isSimulator);

test('the SMSC simulator is in staging alone, as one task', () => {
  for (const stage of ['dev', 'prod', 'local'] as const)
    expect(allOf(stage, 'AWS::ECS::Service').filter(isSimulator)).toEqual([]);
  expect(ofSimulator('AWS::ECS::Service')).toMatchObject([
    {
      Properties: { DesiredCount: 1, NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } } },
    },
  ]);
});

test('the SMSC simulator takes SMPP from smpp-bridge, nothing from anybody else, and reaches AWS alone', () => {
  const [group] = ofSimulator('AWS::EC2::SecurityGroup');
  expect(group?.Properties.SecurityGroupIngress).toBeUndefined();
  expect(group?.Properties.SecurityGroupEgress).toMatchObject([{ FromPort: 443, ToPort: 443 }]);
  const into = allOf('staging', 'AWS::EC2::SecurityGroupIngress').filter(({ Properties }) =>
    JSON.stringify(Properties.GroupId).includes('SmscSimulator'),
  );
  const bridge = resourcesOf(templatesFor('staging'), 'AWS::EC2::SecurityGroup').find(
    ([, { Properties }]) => Properties.GroupName === 'signalbox-staging-smpp-bridge',
  );
  expect(into).toMatchObject([{ Properties: { IpProtocol: 'tcp', FromPort: 2775, ToPort: 2775 } }]);
  expect(into[0]?.Properties.SourceSecurityGroupId).toEqual({ 'Fn::GetAtt': [bridge?.[0], 'GroupId'] });
});

test('the SMSC simulator is found by the name that the API and the bridge let a provider have, and no other stage does', () => {
  const [namespace] = allOf('staging', 'AWS::ServiceDiscovery::PrivateDnsNamespace');
  const [service] = allOf('staging', 'AWS::ServiceDiscovery::Service');
  const host = `${String(service?.Properties.Name)}.${String(namespace?.Properties.Name)}`;
  const letThrough = (stage: 'staging' | 'prod') =>
    templatesFor(stage).filter((template) => JSON.stringify(template.Resources).includes(`"${host}"`));
  expect(new Set(letThrough('staging').map(({ stack }) => stack))).toEqual(
    new Set(['signalbox-staging-api', 'signalbox-staging-bridge']),
  );
  expect(letThrough('prod')).toEqual([]);
});

test('the SMSC simulator has its password from a secret that no other role reads, and no right of its own', () => {
  const [own, start] = ofSimulator('AWS::IAM::Role');
  expect(new Set([start?.Properties.RoleName, own?.Properties.RoleName])).toEqual(
    new Set(['signalbox-staging-smsc-simulator', 'signalbox-staging-smsc-simulator-start']),
  );
  const policies = allOf('staging', 'AWS::IAM::Policy').filter(({ Properties }) =>
    JSON.stringify(Properties).includes('SmscSimulator'),
  );
  expect(policies.map(({ Properties }) => JSON.stringify(Properties.Roles))).toEqual([
    expect.stringContaining('SmscSimulatorExecutionRole'),
  ]);
  const container = allOf('staging', 'AWS::ECS::TaskDefinition')
    .flatMap(({ Properties }) => Properties.ContainerDefinitions as readonly Record<string, unknown>[])
    .find(({ Name }) => Name === 'smsc-simulator');
  expect(container).toMatchObject({ Secrets: [{ Name: 'SMSC_PASSWORD' }], ReadonlyRootFilesystem: true });
  expect(JSON.stringify(container?.Environment)).not.toContain('PASSWORD');
});
