import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { DeleteMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevCloud, startDevCloud } from '../cloud/dev-cloud.ts';
import { type Signalbox, startSignalbox } from '../run/start-signalbox.ts';
import { grantsOf } from './grants.ts';
import { justifiedGrants } from './justified-grants.ts';
import { reviewGrants } from './review-grants.ts';
import { useEverything } from './use-everything.ts';
import { withoutStatement } from './without-statement.ts';

const prefix = 'signalbox-local-';
const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dataDirectory = mkdtempSync(join(tmpdir(), 'signalbox-iam-'));
const garbage = [dataDirectory];
const say = (): void => undefined;

let signalbox: Signalbox;
beforeAll(async () => {
  signalbox = await startSignalbox({ repository, dataDirectory, apiPort: 0, fsync: false, say });
});
afterAll(async () => {
  await signalbox.stop();
  for (const directory of garbage) rmSync(directory, { recursive: true, force: true });
});

const findingsOf = (cloud: DevCloud): readonly string[] =>
  reviewGrants(grantsOf(cloud, cloud.access.uses()), cloud.access.denials(), justifiedGrants, prefix).findings;

test('whatever a program does its role may do, and whatever a role may do is done or justified', async () => {
  await useEverything(signalbox, say);
  expect(findingsOf(signalbox.cloud)).toEqual([]);
}, 240_000);

type Attempt = (cloud: DevCloud, role: string) => Promise<unknown>;

const sqsAs = (cloud: DevCloud, role: string): SQSClient =>
  new SQSClient({
    region: 'eu-central-1',
    endpoint: cloud.endpoints.sqs,
    credentials: cloud.credentialsOf(role),
    useQueueUrlAsEndpoint: false,
  });

const sendDelivery: Attempt = (cloud, role) =>
  sqsAs(cloud, role).send(
    new SendMessageCommand({ QueueUrl: cloud.queueUrl('deliveries-normal'), MessageBody: 'x', DelaySeconds: 900 }),
  );

const deleteDelivery: Attempt = async (cloud, role) => {
  const QueueUrl = cloud.queueUrl('deliveries-normal');
  await sqsAs(cloud, role)
    .send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'none' }))
    .catch((error: Error) => {
      // With the right SQS goes on and finds that there is no such receipt.
      if (error.name !== 'ReceiptHandleIsInvalid') throw error;
    });
};

const executeStatement: Attempt = ({ endpoints, database, ...cloud }, role) =>
  new RDSDataClient({
    region: 'eu-central-1',
    endpoint: endpoints.rdsData,
    credentials: cloud.credentialsOf(role),
  }).send(
    new ExecuteStatementCommand({
      resourceArn: database.clusterArn,
      secretArn: database.secretArn,
      database: database.name,
      sql: 'SELECT 1',
    }),
  );

const startWithout = (role: string, action: string): Promise<DevCloud> => {
  const assemblyDirectory = withoutStatement(join(dataDirectory, 'assembly'), `${prefix}${role}`, action);
  const ownDirectory = mkdtempSync(join(tmpdir(), 'signalbox-iam-'));
  garbage.push(assemblyDirectory, ownDirectory);
  return startDevCloud({ assemblyDirectory, dataDirectory: ownDirectory, apiPort: 0, fsync: false, say });
};

describe.each<[role: string, action: string, attempt: Attempt]>([
  ['serve-api', 'sqs:SendMessage', sendDelivery],
  ['settle-outcomes', 'rds-data:ExecuteStatement', executeStatement],
  ['smpp-bridge', 'sqs:DeleteMessage', deleteDelivery],
])('%s without its statement for %s', (role, action, attempt) => {
  let cloud: DevCloud;
  beforeAll(async () => {
    cloud = await startWithout(role, action);
  });
  afterAll(() => cloud.stop());

  test('is denied what it could do before, by an answer and a finding that name action and role', async () => {
    await expect(attempt(signalbox.cloud, role)).resolves.not.toThrow();
    const principal = `arn:aws:sts::000000000000:assumed-role/${prefix}${role}/operator`;
    const says = `User: ${principal} is not authorized to perform: ${action} on resource: .* because no identity-based policy allows the ${action} action`;
    await expect(attempt(cloud, role)).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied(Exception)?$/) as string,
      message: expect.stringMatching(says) as string,
    });
    expect(findingsOf(cloud)).toContainEqual(expect.stringMatching(`^denied: ${role} ${action} on arn:aws:`));
  });
});

test('a function without the right to read its queue stops the start, as CreateEventSourceMapping refuses it', async () => {
  await expect(startWithout('settle-outcomes', 'sqs:ReceiveMessage')).rejects.toThrow(
    /EventSourceMapping.* could not be made\. InvalidParameterValueException: .*settle-outcomes.* sqs:ReceiveMessage on resource/,
  );
});

test('a task without the right to pull its image stops the start, as Fargate could not run it', async () => {
  await expect(startWithout('smpp-bridge-start', 'ecr:BatchGetImage')).rejects.toThrow(
    /ECS::Service.* ResourceInitializationError: .*smpp-bridge-start.* ecr:/,
  );
});
