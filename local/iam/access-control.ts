import { accountId, region } from '../cloud/intrinsics.ts';
import type { ResourcePolicy, Role, Statement } from '../cloud/plan.ts';
import { AwsError } from '../services/aws-error.ts';
import type { Call, Verdict } from '../services/gate.ts';
import { type AttachedPolicy, type Decision, decide } from './decide.ts';
import { type Denial, denialOf, reasonOf } from './denial.ts';
import { impliedCalls } from './implied-calls.ts';
import { PolicyFault } from './policy-fault.ts';
import type { Caller } from './principals.ts';
import { type ContextValues, requestContext } from './request-context.ts';
import { type ParsedStatement, parseStatement, type StatementPlace } from './statement.ts';

/** What the template says of access. It may still grow while the template is carried out. */
export interface Policies {
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly resourcePolicies: readonly ResourcePolicy[];
  /** ARN of the customer's key that something is encrypted under, by its own ARN. */
  readonly encryptionKeys: ReadonlyMap<string, string>;
}

export interface Assumption {
  readonly roleArn: string;
  /** Who takes the role on: `lambda.amazonaws.com`. */
  readonly service: string;
  readonly sessionName: string;
  /** What it is taken on for, where the service says so (`aws:SourceArn`). */
  readonly source?: ContextValues;
  /** Condition keys that every call of the session carries. */
  readonly context?: ContextValues;
}

/** An allowed call, and a statement that allowed it. */
export interface Use {
  readonly statement: Statement;
  readonly action: string;
  readonly resource: string;
}

export interface AccessControl {
  authorize(call: Call): Verdict;
  /**
   * Lets a service take a role on.
   *
   * @returns The session's ARN, the principal of its calls. @throws AwsError AccessDenied when the role does not trust the service.
   */
  assume(assumption: Assumption): string;
  /** A session of a role in the operator's hands, whomever the role trusts: for looking at what it may do. */
  impersonate(roleArn: string, sessionName: string): string;
  /** What was denied so far, each kind of call once. */
  denials(): readonly Denial[];
  /** What was allowed so far, each kind of call once. The operator's calls are no use of any grant. */
  uses(): readonly Use[];
  /** @throws PolicyFault naming what is not understood: before anything runs rather than at the first call. */
  verify(): void;
}

export interface AccessControlOptions {
  readonly policies: Policies;
  /** The principal that may do everything. */
  readonly operator: string;
  /** Told of each kind of denial once. */
  readonly denied: (denial: Denial) => void;
}

interface Session {
  readonly roleArn: string;
  readonly context: ContextValues;
}

/** What CloudFormation gives a key without a policy: IAM decides (KMS Developer Guide, "Default key policy"). */
const defaultKeyPolicy: Statement = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${accountId}:root` },
  Action: 'kms:*',
  Resource: '*',
};

const createReader = () => {
  const known = new WeakMap<Statement, ParsedStatement>();
  return (statements: readonly Statement[], place: StatementPlace, owner: string): ParsedStatement[] =>
    statements.map((statement) => {
      const parsed = known.get(statement) ?? parseStatement(statement, place, owner);
      known.set(statement, parsed);
      return parsed;
    });
};

const globalContext = (caller: Caller, call: Call): ContextValues => ({
  // The local endpoints speak plain HTTP on the loopback. On AWS the same SDK speaks TLS, and no client of this
  // repository can be told otherwise: what is judged here is the call as it will be made there.
  'aws:SecureTransport': 'true',
  'aws:ViaAWSService': 'false',
  'aws:RequestedRegion': region,
  'aws:ResourceAccount': accountId,
  ...(call.service === 'kms' && { 'kms:CallerAccount': accountId }),
  ...(caller.kind === 'role' && {
    'aws:PrincipalArn': caller.roleArn,
    'aws:PrincipalAccount': caller.account,
    'aws:PrincipalType': 'AssumedRole',
  }),
});

interface Judge {
  readonly policies: Policies;
  readonly read: ReturnType<typeof createReader>;
  readonly sessions: Map<string, Session>;
}

const callerOf = ({ sessions }: Judge, principal: string): Caller => {
  if (principal.endsWith('.amazonaws.com')) return { kind: 'service', service: principal };
  const roleArn = sessions.get(principal)?.roleArn ?? principal;
  return { kind: 'role', account: accountId, roleArn, sessionArn: principal };
};

/** An object is under the policy of its bucket. */
const withPolicy = (resource: string): string => /^arn:aws:s3:::[^/]+/.exec(resource)?.[0] ?? resource;

const attachedTo = ({ policies, read }: Judge, resource: string): AttachedPolicy => {
  const isKey = /^arn:aws:kms:[^:]*:[^:]*:key\//.test(resource);
  const found = policies.resourcePolicies.filter(({ resourceArn }) => resourceArn === withPolicy(resource));
  const raw = isKey && found.length === 0 ? [defaultKeyPolicy] : found.flatMap(({ statements }) => statements);
  return { kind: isKey ? 'key' : 'resource', statements: read(raw, 'resource', resource) };
};

const judge = (court: Judge, call: Call): Decision => {
  const caller = callerOf(court, call.principal);
  const session = court.sessions.get(call.principal);
  const role = caller.kind === 'role' ? court.policies.roles.get(caller.roleArn) : undefined;
  const context = requestContext(globalContext(caller, call), session?.context ?? {}, call.context);
  const { action, resource } = call;
  const identity = court.read(role?.statements ?? [], 'identity', role?.arn ?? '');
  return decide({ caller, action, resource, context }, identity, attachedTo(court, resource));
};

const assume = (court: Judge, { roleArn, service, source = {} }: Assumption): void => {
  const role = court.policies.roles.get(roleArn);
  const caller: Caller = { kind: 'service', service };
  const context = requestContext({ 'aws:SourceAccount': accountId, 'aws:SecureTransport': 'true' }, source);
  const statements = court.read(role?.trust ?? [], 'trust', roleArn);
  const request = { caller, action: 'sts:AssumeRole', resource: roleArn, context };
  const decision = decide(request, [], { kind: 'trust', statements });
  if (decision.allowed) return;
  const reason = reasonOf(decision, 'sts:AssumeRole');
  const text = `User: ${service} is not authorized to perform: sts:AssumeRole on resource: ${roleArn} ${reason}`;
  throw new AwsError('AccessDenied', text, 403);
};

const verify = ({ policies, read }: Judge): void => {
  for (const { arn, name, trust, statements, managedPolicyArns } of policies.roles.values()) {
    read(trust, 'trust', arn);
    read(statements, 'identity', arn);
    if (managedPolicyArns.length > 0)
      throw new PolicyFault(`The role ${name} has managed policies, whose statements are not in the template.`);
  }
  for (const { resourceArn, statements } of policies.resourcePolicies) read(statements, 'resource', resourceArn);
};

/** Remembers each kind of call once, since programs repeat themselves by the thousand. */
const createRecord = (denied: (denial: Denial) => void) => {
  const denials = new Map<string, Denial>();
  const uses = new Map<Statement, Map<string, Use>>();
  return {
    denials: () => [...denials.values()],
    uses: () => [...uses.values()].flatMap((each) => [...each.values()]),
    deny: (denial: Denial): void => {
      const key = `${denial.role}\n${denial.action}\n${denial.resource}`;
      if (denials.has(key)) return;
      denials.set(key, denial);
      denied(denial);
    },
    use: ({ action, resource }: Call, by: readonly ParsedStatement[]): void => {
      for (const { raw: statement } of by) {
        const known = uses.get(statement) ?? new Map<string, Use>();
        known.set(`${action}\n${resource}`, { statement, action, resource });
        uses.set(statement, known);
      }
    },
  };
};

/** Judges every call of the dev cloud by the template's policies, and remembers what was used and what was denied. */
export const createAccessControl = ({ policies, operator, denied }: AccessControlOptions): AccessControl => {
  const court: Judge = { policies, read: createReader(), sessions: new Map() };
  const record = createRecord(denied);
  const one = (call: Call): Verdict => {
    const decision = judge(court, call);
    if (decision.allowed) {
      record.use(call, decision.by);
      return { allowed: true };
    }
    const role = court.sessions.get(call.principal)?.roleArn ?? call.principal;
    record.deny(denialOf(call, role, decision));
    return { allowed: false, reason: reasonOf(decision, call.action), call };
  };
  const open = (roleArn: string, sessionName: string, context: ContextValues = {}): string => {
    const principal = `arn:aws:sts::${accountId}:assumed-role/${roleArn.split('/').at(-1)}/${sessionName}`;
    court.sessions.set(principal, { roleArn, context });
    return principal;
  };
  return {
    authorize: (call) => {
      if (call.principal === operator) return { allowed: true };
      const verdicts = [call, ...impliedCalls(call, policies.encryptionKeys)].map(one);
      return verdicts.find(({ allowed }) => !allowed) ?? { allowed: true };
    },
    assume: (assumption) => {
      assume(court, assumption);
      return open(assumption.roleArn, assumption.sessionName, assumption.context);
    },
    impersonate: (roleArn, sessionName) => open(roleArn, sessionName),
    denials: record.denials,
    uses: record.uses,
    verify: () => verify(court),
  };
};
