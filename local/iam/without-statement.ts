import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

const PolicyTemplate = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});
const Statement = z.looseObject({ Action: z.union([z.string(), z.array(z.string())]) });
const Policy = z.looseObject({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.looseObject({ Statement: z.array(Statement) }),
});

type Template = z.infer<typeof PolicyTemplate>;

const policiesOf = ({ Resources }: Template, roleName: string) =>
  Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map((resource) => ({ resource, policy: Policy.parse(resource.Properties) }))
    .filter(({ policy }) => policy.Roles.some(({ Ref }) => Resources[Ref]?.Properties?.RoleName === roleName));

const removeFrom = (template: Template, roleName: string, action: string): number => {
  let removed = 0;
  for (const { resource, policy } of policiesOf(template, roleName)) {
    const { Statement: before } = policy.PolicyDocument;
    const after = before.filter((statement) => ![statement.Action].flat().includes(action));
    removed += before.length - after.length;
    resource.Properties = { ...policy, PolicyDocument: { ...policy.PolicyDocument, Statement: after } };
  }
  return removed;
};

/**
 * For tests: a copy of a cloud assembly in which a role lacks the statements with that action.
 *
 * @returns The copy's directory. @throws Error when there was no such statement, which would prove nothing.
 */
export const withoutStatement = (assembly: string, roleName: string, action: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-without-'));
  cpSync(assembly, directory, { recursive: true });
  let removed = 0;
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.template.json'))) {
    const path = join(directory, file);
    const template = PolicyTemplate.parse(JSON.parse(readFileSync(path, 'utf8')));
    removed += removeFrom(template, roleName, action);
    writeFileSync(path, JSON.stringify(template));
  }
  if (removed === 0) throw new Error(`${roleName} has no statement with ${action} in ${assembly}.`);
  return directory;
};
