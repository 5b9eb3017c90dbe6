import { createHash } from 'node:crypto';
import * as z from 'zod';
import { accountId, region } from '../intrinsics.ts';
import { count, type Maker, type Resource, readProperties, unused } from '../resource.ts';

/** Ids of API Gateway are ten small letters and digits; here the same in every run. */
const idOf = ({ stack, logicalId }: Resource): string =>
  BigInt(`0x${createHash('sha256').update(`${stack}/${logicalId}`).digest('hex')}`)
    .toString(36)
    .slice(0, 10);

const RestApi = z.strictObject({
  Name: z.string(),
  BinaryMediaTypes: z.array(z.string()).default([]),
  Description: unused,
  EndpointConfiguration: unused,
  DisableExecuteApiEndpoint: unused,
  Tags: unused,
});

const makeApi: Maker = (resource, { plan }) => {
  const { Name, BinaryMediaTypes } = readProperties(resource, RestApi);
  const apiId = idOf(resource);
  const rootResourceId = idOf({ ...resource, logicalId: `${resource.logicalId}/root` });
  plan.apis.set(apiId, { apiId, name: Name, rootResourceId, binaryMediaTypes: BinaryMediaTypes });
  return { ref: apiId, attributes: { RestApiId: apiId, RootResourceId: rootResourceId } };
};

const PathResource = z.strictObject({ ParentId: z.string(), PathPart: z.string(), RestApiId: z.string() });

const makePathResource: Maker = (resource, { plan }) => {
  const { ParentId, PathPart } = readProperties(resource, PathResource);
  const id = idOf(resource);
  plan.pathParts.set(id, { parentId: ParentId, pathPart: PathPart });
  return { ref: id, attributes: { ResourceId: id } };
};

/** `arn:aws:apigateway:region:lambda:path/2015-03-31/functions/<function ARN>/invocations` -> the function's ARN. */
const lambdaUri = z
  .string()
  .regex(/^arn:aws:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/.+\/invocations$/)
  .transform((uri) => uri.replace(/^.*?\/functions\//, '').replace(/\/invocations$/, ''));

const Method = z.strictObject({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.enum(['NONE', 'CUSTOM']),
  AuthorizerId: z.string().optional(),
  ApiKeyRequired: z.literal(false).optional(),
  OperationName: unused,
  Integration: z.strictObject({
    Type: z.literal('AWS_PROXY'),
    IntegrationHttpMethod: z.literal('POST'),
    Uri: lambdaUri,
    TimeoutInMillis: count.default(29_000),
  }),
});

const planMethod: Maker = (resource, { plan }) => {
  const method = readProperties(resource, Method);
  plan.methods.push({
    apiId: method.RestApiId,
    resourceId: method.ResourceId,
    method: method.HttpMethod,
    functionArn: method.Integration.Uri,
    timeoutMilliseconds: method.Integration.TimeoutInMillis,
    authorizerId: method.AuthorizationType === 'CUSTOM' ? method.AuthorizerId : undefined,
  });
  return { ref: idOf(resource) };
};

const Authorizer = z.strictObject({
  Name: z.string(),
  RestApiId: z.string(),
  Type: z.literal('REQUEST'),
  AuthorizerUri: lambdaUri,
  // Remembered answers are not built: the API's own process cache is what it relies on.
  AuthorizerResultTtlInSeconds: z.literal(0),
  IdentitySource: z.string().default(''),
  AuthorizerCredentials: unused,
});

const planAuthorizer: Maker = (resource, { plan }) => {
  const { Name, RestApiId, AuthorizerUri, IdentitySource } = readProperties(resource, Authorizer);
  const identitySources = IdentitySource.split(',').filter((source) => source !== '');
  const id = idOf(resource);
  const arn = `arn:aws:execute-api:${region}:${accountId}:${RestApiId}/authorizers/${id}`;
  plan.authorizers.set(id, { name: Name, arn, functionArn: AuthorizerUri, identitySources });
  return { ref: id, attributes: { AuthorizerId: id } };
};

const Response = z.strictObject({
  RestApiId: z.string(),
  ResponseType: z.string(),
  StatusCode: count.optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});

const planResponse: Maker = (resource, { plan }) => {
  const response = readProperties(resource, Response);
  const { RestApiId, ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = response;
  const headers = Object.fromEntries(
    Object.entries(ResponseParameters).map(([name, value]) => [name.replace(/^gatewayresponse\.header\./, ''), value]),
  );
  const known = plan.responses.get(RestApiId) ?? {};
  const planned = { statusCode: StatusCode, headers, templates: ResponseTemplates };
  plan.responses.set(RestApiId, { ...known, [ResponseType]: planned });
  return { ref: idOf(resource) };
};

const Stage = z.strictObject({
  RestApiId: z.string(),
  StageName: z.string(),
  Variables: z.record(z.string(), z.string()).default({}),
  DeploymentId: unused,
  Description: unused,
  AccessLogSetting: unused,
  // Throttling, metrics, logs and traces of the stage: a benchmark on one machine is not to be held at a rate for AWS.
  MethodSettings: unused,
  TracingEnabled: unused,
  Tags: unused,
});

const planStage: Maker = (resource, { plan }) => {
  const { RestApiId, StageName, Variables } = readProperties(resource, Stage);
  plan.stages.push({ apiId: RestApiId, name: StageName, variables: Variables });
  return { ref: StageName };
};

export const gatewayMakers: Readonly<Record<string, Maker>> = {
  'AWS::ApiGateway::RestApi': makeApi,
  'AWS::ApiGateway::Resource': makePathResource,
  'AWS::ApiGateway::Method': planMethod,
  'AWS::ApiGateway::Authorizer': planAuthorizer,
  'AWS::ApiGateway::GatewayResponse': planResponse,
  'AWS::ApiGateway::Stage': planStage,
  'AWS::ApiGateway::Deployment': (resource) => ({ ref: idOf(resource), attributes: { DeploymentId: idOf(resource) } }),
};
