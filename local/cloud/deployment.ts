import { acceptedTypes } from './accepted-types.ts';
import { type Assembly, inDependencyOrder, type Stack, type TemplateResource } from './assembly.ts';
import { accountId, referencesIn, region, resolve, type Scope, TemplateFault } from './intrinsics.ts';
import { generatedName, type Made, type Maker, type Resource, type Workshop, whereOf } from './resource.ts';
import { alarmMakers } from './resources/alarms.ts';
import { bucketMakers } from './resources/buckets.ts';
import { makeCustomResource } from './resources/custom-resources.ts';
import { databaseMakers } from './resources/databases.ts';
import { functionMakers } from './resources/functions.ts';
import { gatewayMakers } from './resources/gateways.ts';
import { keyMakers } from './resources/keys.ts';
import { queueMakers } from './resources/queues.ts';
import { roleMakers } from './resources/roles.ts';
import { scheduleMakers } from './resources/schedules.ts';
import { resolveDynamic, secretMakers } from './resources/secrets.ts';
import { tableMakers } from './resources/tables.ts';
import { taskMakers } from './resources/tasks.ts';

const makers: Readonly<Record<string, Maker>> = {
  ...alarmMakers,
  ...queueMakers,
  ...bucketMakers,
  ...tableMakers,
  ...keyMakers,
  ...secretMakers,
  ...databaseMakers,
  ...functionMakers,
  ...gatewayMakers,
  ...scheduleMakers,
  ...taskMakers,
  ...roleMakers,
};

/** `AWS::SNS::Topic` -> `arn:aws:sns:region:account:name`. */
const accept: Maker = (resource) => {
  const { ref, name } = acceptedTypes[resource.type] ?? { ref: 'id' };
  const given = name === undefined ? undefined : resource.properties[name];
  const physicalName = typeof given === 'string' ? given : generatedName(resource);
  const service = resource.type.split('::')[1]?.toLowerCase() ?? '';
  return { ref: ref === 'arn' ? `arn:aws:${service}:${region}:${accountId}:${physicalName}` : physicalName };
};

const makerOf = (type: string): Maker | undefined => {
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource') return makeCustomResource;
  return makers[type] ?? (acceptedTypes[type] ? accept : undefined);
};

/** @throws TemplateFault naming every resource whose type is neither made nor knowingly left out. */
export const refuseUnknownTypes = ({ stacks }: Assembly): void => {
  const unknown = stacks.flatMap(({ name, template }) =>
    Object.entries(template.Resources)
      .filter(([, { Type }]) => !makerOf(Type))
      .map(([logicalId, { Type }]) => whereOf({ stack: name, logicalId, type: Type })),
  );
  if (unknown.length === 0) return;
  throw new TemplateFault(
    `The dev cloud does not know these resource types: ${unknown.join(', ')}. Make them in local/cloud/resources, or accept them with a reason in local/cloud/accepted-types.ts.`,
  );
};

/** An attribute of something that was not made: text of the right kind, since others only pass it on. */
const inventedAttribute = ({ ref }: Made, name: string): string =>
  name.endsWith('Arn') && !ref.startsWith('arn:') ? `arn:aws:local:${region}:${accountId}:${ref}` : `${ref}/${name}`;

interface Unfolding {
  readonly stack: Stack;
  readonly workshop: Workshop;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly made: Map<string, Made>;
  readonly exported: Map<string, unknown>;
}

const attributeOf = ({ stack, made }: Unfolding, logicalId: string, name: string): unknown => {
  const found = made.get(logicalId);
  const type = stack.template.Resources[logicalId]?.Type;
  if (!found || !type) return undefined;
  const known = found.attributes?.[name];
  if (known !== undefined || !acceptedTypes[type]) return known;
  if (type === 'AWS::Logs::LogGroup' && name === 'Arn')
    return `arn:aws:logs:${region}:${accountId}:log-group:${found.ref}:*`;
  return inventedAttribute(found, name);
};

const scopeOf = (unfolding: Unfolding, where: string): Scope => {
  const { stack, parameters, made, exported } = unfolding;
  return {
    where,
    stackName: stack.name,
    template: stack.template,
    parameters,
    ref: (logicalId) => made.get(logicalId)?.ref,
    attribute: (logicalId, name) => attributeOf(unfolding, logicalId, name),
    importValue: (name) => exported.get(name),
  };
};

/** Whether a resource or an output is wanted, by the condition it names. */
const wanted = (condition: string | undefined, scope: Scope): boolean =>
  condition === undefined || resolve({ Condition: condition }, scope) === true;

const makeOne = async (unfolding: Unfolding, logicalId: string, declared: TemplateResource): Promise<void> => {
  const { stack, workshop, made } = unfolding;
  const identity = { stack: stack.name, logicalId, type: declared.Type };
  const scope = scopeOf(unfolding, whereOf(identity));
  const maker = makerOf(declared.Type);
  if (!maker || !wanted(declared.Condition, scope)) return;
  try {
    const resolved = await resolveDynamic(resolve(declared.Properties, scope), workshop.secretsManager);
    const resource: Resource = { ...identity, properties: resolved as Record<string, unknown> };
    made.set(logicalId, await maker(resource, workshop));
  } catch (error) {
    if (error instanceof TemplateFault) throw error;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new TemplateFault(`${whereOf(identity)} could not be made. ${reason}`, { cause: error });
  }
};

const dependenciesOf = ({ DependsOn = [], Properties }: TemplateResource): Set<string> =>
  new Set([...(typeof DependsOn === 'string' ? [DependsOn] : DependsOn), ...referencesIn(Properties)]);

const parametersOf = (stack: Stack, given: Readonly<Record<string, string>>): Record<string, unknown> => {
  const values = Object.entries(stack.template.Parameters).map(([name, { Default }]) => {
    const value = given[name] ?? stack.parameters[name] ?? Default;
    if (value === undefined)
      throw new TemplateFault(`${stack.name}: the parameter ${name} has no value and no default.`);
    return [name, value] as const;
  });
  return Object.fromEntries(values);
};

const exportOutputs = (unfolding: Unfolding): void => {
  const { stack, exported } = unfolding;
  for (const [id, { Value, Export, Condition }] of Object.entries(stack.template.Outputs)) {
    const scope = scopeOf(unfolding, `${stack.name}/${id} (output)`);
    if (!Export || !wanted(Condition, scope)) continue;
    exported.set(String(resolve(Export.Name, scope)), resolve(Value, scope));
  }
};

/**
 * Makes every resource of an assembly, stack by stack, each after what it refers to or depends on; what is to be
 * started afterwards collects in the workshop's plan.
 *
 * @throws TemplateFault naming stack, logical id and type of what is unknown, or could not be made.
 */
export const deploy = async (workshop: Workshop, parameters: Readonly<Record<string, string>>): Promise<void> => {
  refuseUnknownTypes(workshop.assembly);
  const exported = new Map<string, unknown>();
  for (const stack of workshop.assembly.stacks) {
    const unfolding = { stack, workshop, parameters: parametersOf(stack, parameters), made: new Map(), exported };
    const entries = Object.entries(stack.template.Resources);
    const items = new Map(entries.map(([logicalId, declared]) => [logicalId, { logicalId, declared }]));
    for (const { logicalId, declared } of inDependencyOrder(items, (item) => dependenciesOf(item.declared)))
      await makeOne(unfolding, logicalId, declared);
    exportOutputs(unfolding);
    workshop.say(`${stack.name}: ${entries.length} resources`);
  }
};
