import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';

interface SavedQuery {
  readonly name: string;
  /** Log groups, without their prefix. */
  readonly logs: readonly string[];
  readonly query: readonly string[];
}

const moneyPath = ['serve-api', 'smpp-bridge', 'settle-outcomes', 'notify-client', 'dispatch-due'];

/** What the runbook's pages ask of Logs Insights, ready to be run: replace ID where it stands. */
export const savedQueries: readonly SavedQuery[] = [
  {
    name: 'one message, all the way',
    logs: [...moneyPath, 'simulate-delivery', 'remove-expired'],
    query: [
      'fields @timestamp, service, message, state, error.message',
      'filter message_id = "ID" or correlation_id = "ID"',
      'sort @timestamp asc',
    ],
  },
  {
    name: 'errors by message',
    logs: moneyPath,
    query: [
      'filter level = "ERROR" or level = "CRITICAL"',
      'stats count() as n, max(@timestamp) as last by service, message, error.name',
      'sort n desc',
    ],
  },
  {
    name: 'API answers by status and client',
    logs: ['api-access'],
    query: ['filter status >= 400', 'stats count() as n by status, route, client_id, error', 'sort n desc'],
  },
  {
    name: 'API latency by route',
    logs: ['api-access'],
    query: ['stats count() as n, pct(latency_ms, 50), pct(latency_ms, 99) by route', 'sort n desc'],
  },
  {
    name: 'sessions lost and binds refused',
    logs: ['smpp-bridge'],
    query: [
      'filter event.type in ["session-closed", "bind-refused", "bind-failed"]',
      'stats count() as n by provider, event.type, event.reason, event.status, bin(5m)',
    ],
  },
  {
    name: 'slow invocations',
    logs: moneyPath.filter((name) => name !== 'smpp-bridge'),
    query: [
      'filter @type = "REPORT"',
      'fields @log, @duration, @maxMemoryUsed, @initDuration',
      'sort @duration desc',
      'limit 50',
    ],
  },
  {
    name: 'canaries',
    logs: ['send-canary'],
    query: [
      'filter message like "canary"',
      'fields @timestamp, outcome, acceptMs, receiptMs, status, state',
      'sort @timestamp desc',
    ],
  },
];

/** The queries, in a folder of Logs Insights called after the stage. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { names }: Deployment) {
    super(scope, id);
    for (const [i, { name, logs, query }] of savedQueries.entries())
      new CfnQueryDefinition(this, `Query${i + 1}`, {
        name: `${names.of('queries')}/${name}`,
        logGroupNames: logs.map(names.logGroup),
        queryString: query.join('\n| '),
      });
  }
}
