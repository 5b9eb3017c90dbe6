import { expect, test } from 'vitest';
import type { Role, Statement } from '../cloud/plan.ts';
import type { Denial } from './denial.ts';
import { grantsOf } from './grants.ts';
import { renderReview, reviewGrants } from './review-grants.ts';

const queue = 'arn:aws:sqs:eu-central-1:000000000000:app-out';
const send: Statement = {
  Effect: 'Allow',
  Action: ['sqs:SendMessage', 'sqs:DeleteMessage'],
  Resource: [queue, `${queue}-dlq`],
};
const role: Role = {
  name: 'app-send',
  arn: 'arn:aws:iam::000000000000:role/app-send',
  trust: [],
  statements: [send, { Effect: 'Deny', Action: 'sqs:*', Resource: '*' }],
  managedPolicyArns: [],
};
const permission: Statement = {
  Effect: 'Allow',
  Action: 'lambda:InvokeFunction',
  Principal: { Service: 'apigateway.amazonaws.com' },
  Resource: 'arn:aws:lambda:eu-central-1:000000000000:function:app-serve',
};
const policies = {
  roles: new Map([[role.arn, role]]),
  resourcePolicies: [{ resourceArn: String(permission.Resource), statements: [permission] }],
};
const use = (action: string, resource: string) => ({ statement: send, action, resource });
const grants = grantsOf(policies, [use('sqs:SendMessage', queue), use('sqs:DeleteMessage', queue)]);
const reason = 'for a reason';
const justified = [
  { roles: ['send'], actions: ['sqs:SendMessage', 'sqs:DeleteMessage'], reason },
  { roles: ['apigateway.amazonaws.com'], actions: ['lambda:InvokeFunction'], reason },
];

test('every allowed action upon every resource is a grant of its own, those of services among them', () => {
  expect(grants.map(({ holder, action, used }) => `${holder} ${action} ${used}`)).toEqual([
    'app-send sqs:SendMessage true',
    'app-send sqs:SendMessage false',
    'app-send sqs:DeleteMessage true',
    'app-send sqs:DeleteMessage false',
    'apigateway.amazonaws.com lambda:InvokeFunction false',
  ]);
});

test('a grant that is neither used nor justified is a finding', () => {
  expect(reviewGrants(grants, [], [], 'app-').findings).toEqual([
    `never used: send sqs:SendMessage on ${queue}-dlq`,
    `never used: send sqs:DeleteMessage on ${queue}-dlq`,
    `never used: apigateway.amazonaws.com lambda:InvokeFunction on ${String(permission.Resource)}`,
  ]);
  expect(reviewGrants(grants, [], justified, 'app-').findings).toEqual([]);
});

test('a denial is a finding that names role and action, and hides what the run then did not come to', () => {
  const denial: Denial = {
    principal: 'x',
    role: role.arn,
    action: 'sqs:ReceiveMessage',
    resource: queue,
    context: {},
    reason: 'because no identity-based policy allows the sqs:ReceiveMessage action',
    statement: {},
    isExplicit: false,
  };
  expect(reviewGrants(grants, [denial], [], 'app-').findings).toEqual([
    `denied: send sqs:ReceiveMessage on ${queue} ${denial.reason}`,
  ]);
});

test('a justification of what nobody is granted is a finding: the right was taken away without it', () => {
  const stale = [...justified, { roles: ['send'], actions: ['sqs:PurgeQueue'], reason }];
  expect(reviewGrants(grants, [], stale, 'app-').findings).toEqual(['justified, but not granted: send sqs:PurgeQueue']);
});

test('the report lists each grant under its role, used or with its reason', () => {
  const text = renderReview(reviewGrants(grants, [], justified, 'app-'), 'app-');
  expect(text).toContain(
    'send\n  sqs:DeleteMessage on arn:aws:sqs:eu-central-1:000000000000:out-dlq: not used: for a reason',
  );
  expect(text).toContain('sqs:SendMessage on arn:aws:sqs:eu-central-1:000000000000:out: used');
  expect(text).toMatch(/2 grants used, 3 not\. Every grant is used or justified, and nothing was denied\.\n$/);
});
