import * as z from 'zod';
import { accountId } from '../intrinsics.ts';
import { generatedName, type Maker, readProperties, unused } from '../resource.ts';

const Document = z.object({ Statement: z.array(z.record(z.string(), z.unknown())) });

const Role = z.strictObject({
  RoleName: z.string().optional(),
  AssumeRolePolicyDocument: Document,
  Policies: z.array(z.object({ PolicyDocument: Document })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  Description: unused,
  MaxSessionDuration: unused,
  Path: unused,
  Tags: unused,
});

const makeRole: Maker = (resource, { plan }) => {
  const role = readProperties(resource, Role);
  const name = role.RoleName ?? generatedName(resource);
  const arn = `arn:aws:iam::${accountId}:role/${name}`;
  plan.roles.set(arn, {
    name,
    arn,
    trust: role.AssumeRolePolicyDocument.Statement,
    statements: role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    managedPolicyArns: role.ManagedPolicyArns,
  });
  return { ref: name, attributes: { Arn: arn, RoleId: name } };
};

const Policy = z.strictObject({
  PolicyName: unused,
  PolicyDocument: Document,
  Roles: z.array(z.string()),
});

const attachPolicy: Maker = (resource, { plan }) => {
  const { PolicyDocument, Roles } = readProperties(resource, Policy);
  for (const name of Roles)
    plan.roles.get(`arn:aws:iam::${accountId}:role/${name}`)?.statements.push(...PolicyDocument.Statement);
  return { ref: generatedName(resource) };
};

/** Roles and their policies are kept as data, for whoever checks calls against them. */
export const roleMakers: Readonly<Record<string, Maker>> = {
  'AWS::IAM::Role': makeRole,
  'AWS::IAM::Policy': attachPolicy,
};
