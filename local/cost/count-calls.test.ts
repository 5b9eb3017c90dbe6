import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCallCounter } from './count-calls.ts';
import { followLogs } from './read-log-growth.ts';

const call = (operation: string, body = '{}') => ({
  service: 'sqs',
  operation,
  caller: 'signalbox-local-serve-api',
  body,
});

test('calls are counted by caller and operation, and nothing is done to them', () => {
  const counter = createCallCounter();
  expect(counter.decide(call('SendMessage'))).toBeUndefined();
  counter.decide(call('SendMessage', '{"MessageGroupId":"client"}'));
  counter.decide({ ...call('/Execute'), service: 'rds-data', caller: 'awslambda_signalbox-local-settle-outcomes' });
  expect(counter.take()).toEqual({
    'serve-api sqs:SendMessage': 2,
    'serve-api sqs:grouped': 1,
    'awslambda_settle-outcomes rds-data:Execute': 1,
  });
  expect(counter.take()).toEqual({});
});

test('logs are followed from where they were, without DEBUG, and their metrics told apart by their dimensions', () => {
  const directory = mkdtempSync(join(tmpdir(), 'signalbox-logs-'));
  try {
    const file = join(directory, 'a.log');
    writeFileSync(file, 'before\n');
    const growth = followLogs(directory);
    growth();
    const metric = (service: string) =>
      JSON.stringify({
        _aws: { CloudWatchMetrics: [{ Namespace: 'S', Dimensions: [['service']], Metrics: [{ Name: 'Sent' }] }] },
        service,
      });
    const kept = [metric('a'), metric('b'), metric('a'), '{"level":"INFO"}', 'no JSON'];
    appendFileSync(file, `${[...kept, '{"level":"DEBUG"}'].join('\n')}\n`);
    const { bytes, metrics } = growth();
    expect([...metrics].sort()).toEqual(['S Sent service=a', 'S Sent service=b']);
    expect(bytes).toBe(kept.reduce((sum, line) => sum + line.length + 1, 0));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
