import type { GatewayDefinition, GatewayRoute } from './gateway-definition.ts';
import { TemplateFault } from './intrinsics.ts';
import type { Plan, PlannedApi, PlannedMethod } from './plan.ts';

const pathOf = (plan: Plan, api: PlannedApi, resourceId: string): string => {
  if (resourceId === api.rootResourceId) return '/';
  const part = plan.pathParts.get(resourceId);
  if (!part) throw new TemplateFault(`The API ${api.name} has a method on a resource that is not in the template.`);
  return `${pathOf(plan, api, part.parentId).replace(/\/$/, '')}/${part.pathPart}`;
};

const routeOf = (plan: Plan, api: PlannedApi, method: PlannedMethod): GatewayRoute => {
  const authorizer = method.authorizerId === undefined ? undefined : plan.authorizers.get(method.authorizerId);
  const path = pathOf(plan, api, method.resourceId);
  if (method.authorizerId !== undefined && !authorizer)
    throw new TemplateFault(`${method.method} ${path} of ${api.name} names an authorizer that is not in the template.`);
  const { resourceId, functionArn, timeoutMilliseconds } = method;
  return { method: method.method, path, resourceId, functionArn, timeoutMilliseconds, authorizer };
};

/**
 * Puts together what the template spreads over many resources.
 *
 * @throws TemplateFault when there is not exactly one REST API with one stage.
 */
export const gatewayOf = (plan: Plan): GatewayDefinition => {
  const [api, ...others] = plan.apis.values();
  const [stage, ...otherStages] = plan.stages;
  if (!api || !stage || others.length > 0 || otherStages.length > 0)
    throw new TemplateFault('The dev cloud serves one REST API with one stage, no more and no less.');
  return {
    apiId: api.apiId,
    name: api.name,
    stage: stage.name,
    stageVariables: stage.variables,
    binaryMediaTypes: api.binaryMediaTypes,
    responses: plan.responses.get(api.apiId) ?? {},
    routes: plan.methods.map((method) => routeOf(plan, api, method)),
  };
};
