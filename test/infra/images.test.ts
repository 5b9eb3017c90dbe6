import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { expect, test } from 'vitest';
import { dockerfileFaults, foreignImports } from '../../infra/check-images.ts';
import { ApiDomain } from '../../infra/constructs/api-domain.ts';
import { dockerfile, taskCommand } from '../../infra/constructs/task-image.ts';
import { allOf } from './synthesized.ts';

const containers = (stage: 'prod' | 'local') =>
  allOf(stage, 'AWS::ECS::TaskDefinition').flatMap(
    ({ Properties }) => Properties.ContainerDefinitions as readonly Record<string, unknown>[],
  );

test('the image of a bridge is small, runs nobody’s root and nothing while it is built', () => {
  expect(dockerfileFaults(dockerfile)).toEqual([]);
});

test.each([
  ['FROM node:24-slim\nCMD ["node"]', 'one stage'],
  [dockerfile.replace('USER 65532:65532', 'USER root'), 'root'],
  [dockerfile.replace('WORKDIR /app', 'RUN npm install'), 'while it is built'],
  [dockerfile.replace(/^HEALTHCHECK.*$/m, ''), 'health check'],
  [dockerfile.replace(/^CMD.*$/m, 'CMD ["sh"]'), 'does not run'],
])('a Dockerfile with a fault is told so: %#', (faulty, word) => {
  expect(dockerfileFaults(faulty).join('\n')).toContain(word);
});

test('what the image runs is what the task runs on AWS, and on a laptop', () => {
  for (const container of [...containers('prod'), ...containers('local')])
    expect(container).toMatchObject({ Command: taskCommand, ReadonlyRootFilesystem: true });
});

test('a bundle that asks for a package is found out', () => {
  const code = 'import a from "node:fs";\nimport { b } from "path";\nimport pg from "pg";\nimport "smpp";\n';
  expect(foreignImports(code)).toEqual(['pg', 'smpp']);
});

test('prod starts more tasks while deliveries wait, and no more than it has binds for', () => {
  const [target] = allOf('prod', 'AWS::ApplicationAutoScaling::ScalableTarget');
  expect(target?.Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 4 });
  expect(allOf('dev', 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual([]);
});

test('an API with a name of its own is found under it, over TLS 1.2 and later', () => {
  const stack = new Stack(new App(), 'stack');
  const api = new RestApi(stack, 'Api');
  api.root.addMethod('GET');
  const certificateArn = 'arn:aws:acm:eu-central-1:000000000000:certificate/00000000-0000-0000-0000-000000000000';
  const domain = new ApiDomain(stack, 'Domain', api, { name: 'sms.example.com', certificateArn });
  expect(domain.url).toBe('https://sms.example.com/');
  Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::DomainName', {
    DomainName: 'sms.example.com',
    RegionalCertificateArn: certificateArn,
    SecurityPolicy: 'TLS_1_2',
  });
  Template.fromStack(stack).resourceCountIs('AWS::ApiGateway::BasePathMapping', 1);
});
