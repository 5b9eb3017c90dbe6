import * as z from 'zod';
import type { GatewayAuthorizer, GatewayDefinition, MatchedRoute } from './gateway-definition.ts';
import { authorizerEvent, type GatewayRequest, headerOf, methodArn } from './gateway-event.ts';
import { GatewayRefusal } from './gateway-response.ts';
import type { LambdaRuntime } from './lambda-runtime.ts';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** Output of a Lambda authorizer (API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer"). */
const AuthorizerOutput = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Version: z.string().optional(),
    Statement: z.array(z.object({ Action: oneOrMore, Effect: z.enum(['Allow', 'Deny']), Resource: oneOrMore })).min(1),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
});

/** IAM's wildcards: `*` any characters, `?` exactly one. */
const matches = (pattern: string, value: string): boolean => {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(value);
};

const identityOf = (source: string, request: GatewayRequest): string | undefined => {
  const [, kind, name] = /^method\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (kind === 'header') return headerOf(request, name ?? '');
  if (kind === 'querystring') return request.query?.[name ?? ''];
  return source.startsWith('context.') ? source : undefined;
};

const ask = async (
  authorizer: GatewayAuthorizer,
  event: object,
  runtime: LambdaRuntime,
): Promise<z.infer<typeof AuthorizerOutput>> => {
  const outcome = await runtime.invoke(authorizer.functionArn, JSON.stringify(event)).catch((error: unknown) => {
    throw new GatewayRefusal('AUTHORIZER_FAILURE', error instanceof Error ? error.message : undefined);
  });
  const answer: unknown = JSON.parse(outcome.payload);
  if (outcome.failed) {
    // The one error text that means "no" rather than "broken".
    const unauthorized = z.object({ errorMessage: z.literal('Unauthorized') }).safeParse(answer).success;
    throw new GatewayRefusal(unauthorized ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE');
  }
  const parsed = AuthorizerOutput.safeParse(answer);
  if (!parsed.success) throw new GatewayRefusal('AUTHORIZER_CONFIGURATION_ERROR');
  return parsed.data;
};

export interface AuthorizerWorld {
  readonly api: GatewayDefinition;
  readonly runtime: LambdaRuntime;
  /** Throws when API Gateway may not call the function for what the ARN says. */
  readonly permit: (functionArn: string, sourceArn: string) => void;
}

/**
 * Asks a REQUEST authorizer, every time, since only a time to live of 0 is supported.
 *
 * @returns What the integration finds in `requestContext.authorizer`: every value as text.
 * @throws GatewayRefusal when an identity source is missing, the authorizer refuses, denies, fails or answers in another shape.
 */
export const authorize = async (
  authorizer: GatewayAuthorizer,
  request: GatewayRequest,
  matched: MatchedRoute,
  { api, runtime, permit }: AuthorizerWorld,
): Promise<Record<string, unknown>> => {
  if (authorizer.identitySources.some((source) => !identityOf(source, request)))
    throw new GatewayRefusal('UNAUTHORIZED');
  try {
    permit(authorizer.functionArn, authorizer.arn);
  } catch {
    throw new GatewayRefusal('AUTHORIZER_CONFIGURATION_ERROR');
  }
  const startedAt = performance.now();
  const output = await ask(authorizer, authorizerEvent(request, matched, api), runtime);
  const arn = methodArn(request, api);
  const about = output.policyDocument.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((action) => matches(action.toLowerCase(), 'execute-api:invoke')) &&
      Resource.some((resource) => matches(resource, arn)),
  );
  if (about.some(({ Effect }) => Effect === 'Deny'))
    throw new GatewayRefusal('ACCESS_DENIED', 'User is not authorized to access this resource with an explicit deny');
  if (about.length === 0) throw new GatewayRefusal('ACCESS_DENIED');
  const context = Object.entries(output.context).map(([name, value]) => [name, value === null ? null : String(value)]);
  return {
    ...Object.fromEntries(context),
    principalId: output.principalId,
    integrationLatency: Math.round(performance.now() - startedAt),
  };
};
