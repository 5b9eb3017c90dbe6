import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  CfnAccount,
  type CfnAuthorizer,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Route, routes } from '../../shared/contracts/routes.ts';
import type { ApiConfig } from '../config.ts';
import { apiAlarms } from '../constructs/api-alarms.ts';
import { ApiDomain } from '../constructs/api-domain.ts';
import { callbackExemptOrigins } from '../constructs/callback-exempt-origins.ts';
import { Firewall } from '../constructs/firewall.ts';
import { addGatewayProblems } from '../constructs/gateway-problems.ts';
import { providerExemptHosts } from '../constructs/provider-exempt-hosts.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { acknowledge, type Deployment, StageStack } from '../deployment.ts';
import type { CasStack } from './cas.ts';
import type { DataStack } from './data.ts';
import { type MessagingStack, queueEnvironment } from './messaging.ts';

/** The gateway's stage, and so the first segment of every address behind its own host name. */
export const stageName = 'v';

/** Nothing where the stage has no issuer: bearer tokens are refused then. */
const tokenIssuer = ({ jwt }: ApiConfig): Record<string, string> =>
  jwt ? { JWT_ISSUER: jwt.issuer, JWT_AUDIENCE: jwt.audience, JWT_JWKS_URI: jwt.jwksUri } : {};

/** The door: one gateway method per route, an authorizer before those with a scope, one function behind them all. */
export class ApiStack extends StageStack {
  readonly authorizeRequest: ServiceFunction;
  readonly serveApi: ServiceFunction;
  readonly api: RestApi;
  /** Where clients find it. */
  readonly url: string;

  constructor(scope: Construct, deployment: Deployment, data: DataStack, messaging: MessagingStack, cas: CasStack) {
    super(scope, 'api', deployment, 'personal');
    const { alarms } = messaging;
    this.authorizeRequest = new ServiceFunction(this, 'AuthorizeRequest', {
      deployment,
      alarms,
      name: 'authorize-request',
      timeout: Duration.seconds(10),
      // bcrypt takes tens of milliseconds of a whole CPU.
      memory: 1769,
      errors: 'none',
      // API Gateway answers 401 only when the authorizer throws, which Lambda counts as an error.
      faultMetric: 'AuthorizerFaulted',
      environment: {
        ...data.database.environment,
        ...tokenIssuer(deployment.config.api),
        KEY_CHECK_SECRET_ARN: data.keyCheckSecret.secretArn,
      },
    });
    data.database.allow(this.authorizeRequest.role);
    this.authorizeRequest.allow(['secretsmanager:GetSecretValue'], data.keyCheckSecret.secretArn);

    this.serveApi = new ServiceFunction(this, 'ServeApi', {
      deployment,
      alarms,
      name: 'serve-api',
      timeout: Duration.seconds(15),
      memory: 1769,
      errors: 'money-path',
      reservedConcurrency: deployment.config.api.reservedConcurrency,
      gradual: true,
      environment: {
        ...data.database.environment,
        ...queueEnvironment(
          ...messaging.sending,
          messaging.callbacks,
          messaging.outcomes,
          messaging.pushes,
          messaging.casRequests,
        ),
        ...cas.encryptionEnvironment,
        CALLBACK_KEY_ARN: data.callbackKey.keyArn,
        CARD_KEY_ARN: data.cardKey.keyArn,
        ...callbackExemptOrigins(this),
        DEAD_LETTER_QUEUE_URLS: JSON.stringify(
          Object.fromEntries(messaging.all.map(({ name, deadLetters }) => [name, deadLetters.queueUrl])),
        ),
        LIMITS_TABLE_NAME: data.limits.tableName,
        ANSWERS_TABLE_NAME: data.answers.tableName,
        KEY_CHECK_SECRET_ARN: data.keyCheckSecret.secretArn,
        ...providerExemptHosts(this, deployment),
        PROVIDER_SECRETS_PREFIX: data.providerSecretsPrefix,
      },
    });
    data.database.allow(this.serveApi.role);
    data.allowTable(this.serveApi.role, data.limits, ['dynamodb:UpdateItem', 'dynamodb:GetItem']);
    data.allowTable(this.serveApi.role, data.answers, ['dynamodb:GetItem', 'dynamodb:PutItem']);
    for (const { queue } of messaging.sending) this.serveApi.allow(['sqs:SendMessage'], queue.queueArn);
    // What the keys that it issues are checked by.
    this.serveApi.allow(['secretsmanager:GetSecretValue'], data.keyCheckSecret.secretArn);
    // It writes the passwords of providers, and reads the keys by which some of them sign their receipts.
    data.allowProviderSecrets(this.serveApi.role, [
      'secretsmanager:GetSecretValue',
      'secretsmanager:CreateSecret',
      'secretsmanager:PutSecretValue',
      'secretsmanager:DeleteSecret',
    ]);
    for (const { deadLetters } of messaging.all) this.serveApi.allow(['sqs:GetQueueAttributes'], deadLetters.queueArn);
    for (const { queue } of [messaging.callbacks, messaging.outcomes, messaging.pushes, messaging.casRequests])
      this.serveApi.allow(['sqs:SendMessage'], queue.queueArn);
    cas.allowEncryption(this.serveApi);
    // It makes signing secrets, and never reads one.
    this.serveApi.allow(['kms:Encrypt'], data.callbackKey.keyArn, {
      StringEquals: { 'kms:EncryptionContext:purpose': 'callback-signing' },
    });
    // It seals card keys that are imported, under a new data key each time, and opens none.
    this.serveApi.allow(['kms:GenerateDataKey'], data.cardKey.keyArn, {
      StringEquals: { 'kms:EncryptionContext:purpose': 'card-key' },
    });
    // What /readyz asks.
    this.serveApi.allow(['sqs:GetQueueAttributes'], messaging.deliveriesNormal.queue.queueArn);

    this.api = this.makeApi(deployment);
    this.addRoutes();
    addGatewayProblems(this.api);
    this.serveApi.rollBackOn(apiAlarms(this, deployment, alarms, this.api.restApiName, stageName, this.serveApi));
    if (deployment.config.api.firewall) new Firewall(this, 'Firewall', deployment, this.api.deploymentStage);
    else acknowledge(this.api, 'AwsSolutions-APIG3', 'Not open to the public: a stage for tests, without a firewall.');
    const { domain } = deployment.config.api;
    this.url = domain ? new ApiDomain(this, 'Domain', this.api, domain).url : this.api.url;
    new CfnOutput(this, 'ApiUrl', { value: this.url, description: 'Where the API answers.' });
  }

  private makeApi(deployment: Deployment): RestApi {
    const { config, names, dataRemoval } = deployment;
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      logGroupName: names.logGroup('api-access'),
      retention: config.logRetentionDays,
      removalPolicy: dataRemoval,
    });
    const api = new RestApi(this, 'Api', {
      restApiName: names.of('api'),
      description: `Signalbox, ${deployment.stage}`,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: {
        stageName,
        accessLogDestination: new LogGroupLogDestination(accessLogs),
        accessLogFormat: AccessLogFormat.custom(accessLogFormat),
        metricsEnabled: true,
        tracingEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        throttlingRateLimit: config.api.throttle.rate,
        throttlingBurstLimit: config.api.throttle.burst,
      },
    });
    api.deploymentStage.node.addDependency(this.letGatewayLog(deployment));
    acknowledge(api, 'AwsSolutions-APIG2', 'serve-api checks every body against its schema and names each fault.');
    return api;
  }

  /** One setting for all of API Gateway in a region of an account; it stays, for another API may have come to need it. */
  private letGatewayLog({ names }: Deployment): CfnAccount {
    const role = new Role(this, 'GatewayLogsRole', {
      roleName: names.of('api-logs'),
      description: 'Lets API Gateway write its access and error logs.',
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'logs:CreateLogGroup',
          'logs:CreateLogStream',
          'logs:DescribeLogGroups',
          'logs:DescribeLogStreams',
          'logs:PutLogEvents',
          'logs:GetLogEvents',
          'logs:FilterLogEvents',
        ],
        resources: ['*'],
      }),
    );
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'API Gateway refuses a role that may not log for every API.');
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const account = new CfnAccount(this, 'GatewayAccount', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
    account.node.addDependency(role);
    return account;
  }

  private addRoutes(): void {
    const authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler: this.authorizeRequest.function,
      // Either header alone may be sent, and the gateway's cache would demand both.
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    // CDK writes an empty list as '', which is not the same as none.
    (authorizer.node.defaultChild as CfnAuthorizer).identitySource = undefined;
    const integration = new LambdaIntegration(this.serveApi.called, { scopePermissionToMethod: false });
    for (const route of routes as readonly Route[]) {
      const method = this.api.root
        .resourceForPath(route.path)
        .addMethod(
          route.method,
          integration,
          route.scope === null
            ? { authorizationType: AuthorizationType.NONE, operationName: route.operation }
            : { authorizationType: AuthorizationType.CUSTOM, authorizer, operationName: route.operation },
        );
      acknowledge(method, 'AwsSolutions-COG4', 'Callers are programs with API keys, which authorize-request checks.');
      if (route.scope === null)
        acknowledge(method, 'AwsSolutions-APIG4', 'Anyone may ask whether the service is well, and read its contract.');
    }
  }
}

/** One JSON line a request; no body, no key, no query. */
const accessLogFormat = JSON.stringify({
  time: '$context.requestTimeEpoch',
  request_id: '$context.requestId',
  trace_id: '$context.xrayTraceId',
  client_id: '$context.authorizer.client_id',
  source_ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  error: '$context.error.responseType',
  latency_ms: '$context.responseLatency',
  integration_latency_ms: '$context.integrationLatency',
  authorizer_latency_ms: '$context.authorizer.latency',
  response_bytes: '$context.responseLength',
});
