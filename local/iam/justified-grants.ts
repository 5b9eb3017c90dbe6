import type { Justification } from './review-grants.ts';

/** Rights that no run of the dev cloud uses, each with the reason why it is given all the same. */
export const justifiedGrants: readonly Justification[] = [
  {
    roles: ['migrate-database'],
    actions: ['rds-data:RollbackTransaction'],
    reason:
      'A migration that fails is rolled back at once instead of holding its locks until the transaction times out.',
  },
  {
    roles: [
      'dispatch-due-schedule',
      'remove-expired-schedule',
      'maintain-partitions-schedule',
      'reconcile-ledger-schedule',
      'sum-statistics-schedule',
      'rotate-keys-schedule',
      'cycle-emms-schedule',
      'export-cdrs-schedule',
      'send-canary-schedule',
    ],
    actions: ['sqs:SendMessage'],
    reason: 'EventBridge Scheduler puts runs there that Lambda would not take; here Lambda takes every one.',
  },
  {
    roles: [
      'dispatch-due',
      'remove-expired',
      'maintain-partitions',
      'reconcile-ledger',
      'sum-statistics',
      'rotate-keys',
      'cycle-emms',
      'export-cdrs',
      'mux-bridge',
      'serve-api',
      'smpp-bridge',
      'process-push',
    ],
    actions: ['kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
    reason:
      "DynamoDB names them, with kms:Decrypt, as the least it needs in the caller's name for a table under a customer's key (DynamoDB Developer Guide, \"Encryption at rest: usage notes\"); when it renews the table's key cannot be seen from outside. No other service can use them.",
  },
  {
    roles: ['serve-api'],
    actions: ['dynamodb:GetItem'],
    reason: 'A bucket is read only when another instance has filled it since this one last saw it.',
  },
  {
    roles: ['logging.s3.amazonaws.com'],
    actions: ['s3:PutObject'],
    reason: 'S3 writes down who asked for call detail records; the dev cloud has one user, who may do everything.',
  },
  {
    roles: ['network-flows'],
    actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    reason: 'VPC flow logs are written by the network of AWS, which the dev cloud does not have.',
  },
  {
    roles: ['api-logs'],
    actions: [
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:FilterLogEvents',
      'logs:GetLogEvents',
      'logs:PutLogEvents',
    ],
    reason:
      'API Gateway refuses a role with less than AWS lists in AmazonAPIGatewayPushToCloudWatchLogs; the local gateway writes no log of its own.',
  },
];
