import { writeFixtureAssembly } from './fixture-assembly.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const trust = {
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: ['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com', 'scheduler.amazonaws.com'] },
};
const role = {
  Type: 'AWS::IAM::Role',
  Properties: { RoleName: 'shop-role', AssumeRolePolicyDocument: { Statement: [trust] } },
};
const policy = {
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyName: 'p',
    Roles: [{ Ref: 'Role' }],
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('Orders') }] },
  },
};
const lambda = (name: string, hash: string, variables: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: `shop-${name}`,
    Code: { S3Bucket: 'assets', S3Key: `${hash}.zip` },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: arnOf('Role'),
    Timeout: 20,
    MemorySize: 256,
    Environment: { Variables: variables },
  },
});
const uri = (logicalId: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/', arnOf(logicalId), '/invocations'],
  ],
});

const data = {
  Resources: {
    Orders: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'shop-orders', VisibilityTimeout: 60 } },
    Leases: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'shop-leases',
        AttributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    },
    Key: { Type: 'AWS::KMS::Key', Properties: { Description: 'k', EnableKeyRotation: true } },
    KeyAlias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/shop', TargetKeyId: { Ref: 'Key' } } },
    Carrier: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: 'shop/carrier',
        GenerateSecretString: {
          SecretStringTemplate: '{"host":"nowhere","port":1}',
          GenerateStringKey: 'password',
          PasswordLength: 8,
        },
      },
    },
    Login: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: 'shop/database',
        GenerateSecretString: {
          SecretStringTemplate: '{"username":"shop"}',
          GenerateStringKey: 'password',
          ExcludePunctuation: true,
        },
      },
    },
    Cluster: {
      Type: 'AWS::RDS::DBCluster',
      Properties: {
        DBClusterIdentifier: 'shop-database',
        DatabaseName: 'shop',
        Engine: 'aurora-postgresql',
        EnableHttpEndpoint: true,
        MasterUsername: 'shop',
        MasterUserPassword: { 'Fn::Sub': '{{resolve:secretsmanager:$' + '{Login}:SecretString:password::}}' },
      },
    },
    Attachment: {
      Type: 'AWS::SecretsManager::SecretTargetAttachment',
      Properties: { SecretId: { Ref: 'Login' }, TargetId: { Ref: 'Cluster' }, TargetType: 'AWS::RDS::DBCluster' },
    },
    Role: role,
    Migrate: lambda('migrate', 'migrate', { FAIL: { Ref: 'FailMigration' } }),
    Migration: {
      Type: 'Custom::Migration',
      Properties: { ServiceToken: arnOf('Migrate'), ServiceTimeout: '60', Version: '1' },
      DependsOn: ['Attachment'],
    },
  },
  Parameters: { FailMigration: { Type: 'String', Default: '' } },
  Outputs: {
    Queue: { Value: { Ref: 'Orders' }, Export: { Name: 'data:Queue' } },
    QueueArn: { Value: arnOf('Orders'), Export: { Name: 'data:QueueArn' } },
    Answer: { Value: { 'Fn::GetAtt': ['Migration', 'Answer'] }, Export: { Name: 'data:Answer' } },
  },
};

const program = {
  Resources: {
    Role: role,
    Policy: {
      ...policy,
      Properties: {
        ...policy.Properties,
        PolicyDocument: {
          Statement: [
            { Effect: 'Allow', Action: 'sqs:*', Resource: { 'Fn::ImportValue': 'data:QueueArn' } },
            { Effect: 'Allow', Action: ['logs:*', 'ecr:*', 'lambda:InvokeFunction'], Resource: '*' },
          ],
        },
      },
    },
    Serve: lambda('serve', 'serve', {
      QUEUE_URL: { 'Fn::ImportValue': 'data:Queue' },
      ANSWER: { 'Fn::ImportValue': 'data:Answer' },
    }),
    Work: lambda('work', 'work'),
    Source: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: { 'Fn::ImportValue': 'data:QueueArn' }, FunctionName: { Ref: 'Work' } },
      DependsOn: ['Policy'],
    },
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
    Path: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: '{name}',
      },
    },
    Get: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: 'Path' },
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: uri('Serve') },
      },
    },
    GatewayPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: arnOf('Serve'),
        Principal: 'apigateway.amazonaws.com',
      },
    },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v' } },
    Nightly: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'shop-nightly',
        ScheduleExpression: 'cron(0 3 * * ? *)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: arnOf('Serve'), RoleArn: arnOf('Role'), Input: '{"pathParameters":{"name":"night"}}' },
      },
    },
    Bridge: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'shop-bridge',
        TaskRoleArn: arnOf('Role'),
        ExecutionRoleArn: arnOf('Role'),
        ContainerDefinitions: [
          {
            Name: 'bridge',
            Image: { 'Fn::Sub': '$' + '{AWS::AccountId}.dkr.ecr.eu-central-1.$' + '{AWS::URLSuffix}/assets:bridge' },
            Command: ['node', 'main.mjs'],
            Environment: [{ Name: 'PORT', Value: '8080' }],
            Secrets: [],
            PortMappings: [{ ContainerPort: 8080 }],
            StopTimeout: 10,
          },
        ],
      },
    },
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: { ServiceName: 'shop-bridge', Cluster: 'c', TaskDefinition: { Ref: 'Bridge' }, DesiredCount: 1 },
      DependsOn: ['Policy'],
    },
  },
};

const assets = {
  migrate: {
    'index.mjs': `export const handler = async (event) => {
      const failed = process.env.FAIL !== '';
      const body = { Status: failed ? 'FAILED' : 'SUCCESS', Reason: 'the table is odd', PhysicalResourceId: 'schema',
        StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId, Data: { Answer: event.RequestType } };
      await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(body) });
    };`,
  },
  serve: {
    'index.mjs': `export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify({
      name: event.pathParameters?.name, queue: process.env.QUEUE_URL, answer: process.env.ANSWER, sqs: process.env.AWS_ENDPOINT_URL_SQS,
      database: process.env.AWS_ENDPOINT_URL_RDS_DATA, key: process.env.AWS_ACCESS_KEY_ID }) });`,
  },
  work: {
    'index.mjs': `export const handler = async (event) => { for (const { body } of event.Records) console.log('worked on ' + body); };`,
  },
  bridge: {
    'main.mjs': `import { createServer } from 'node:http';
      process.on('SIGTERM', () => process.exit(0));
      createServer((request, response) => response.end('bridge')).listen(Number(process.env.PORT), '127.0.0.1');`,
  },
};

/** For tests: an assembly of two stacks with one of each thing that the dev cloud runs; gives its directory. */
export const writeShop = (): string =>
  writeFixtureAssembly({ program: { template: program, dependencies: ['data'] }, data: { template: data } }, assets);
