import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Listener, listen, readBody } from '../../local/cloud/http-listener.ts';
import { answerCloudFormation } from './answer-cloudformation.ts';

let listener: Listener;
let answers: Record<string, unknown>[] = [];
let status = 200;

beforeAll(async () => {
  listener = await listen(0, (request, response) => {
    void readBody(request, 4096).then((body) => {
      if (body) answers.push(JSON.parse(body.toString('utf8')) as Record<string, unknown>);
      response.writeHead(body ? status : 413).end();
    });
  });
});
afterAll(() => listener.stop());
beforeEach(() => {
  answers = [];
  status = 200;
});

const event = () =>
  ({
    ResponseURL: listener.url,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Migration',
  }) as CloudFormationCustomResourceEvent;

test('what was done is a success, under the ids that it was asked with', async () => {
  await answerCloudFormation(event(), 'database-schema', () => Promise.resolve());
  const ids = { PhysicalResourceId: 'database-schema', StackId: 'stack', RequestId: 'request' };
  expect(answers).toEqual([{ Status: 'SUCCESS', ...ids, LogicalResourceId: 'Migration' }]);
});

test('what failed is answered as failed with the reason, so that CloudFormation rolls back and shows it', async () => {
  await answerCloudFormation(event(), 'x', () => Promise.reject(new Error('0042_new.sql: no such column')));
  expect(answers).toMatchObject([{ Status: 'FAILED', Reason: '0042_new.sql: no such column' }]);
});

test('a reason of any length is cut to what CloudFormation still reads', async () => {
  await answerCloudFormation(event(), 'x', () => Promise.reject(new Error('\u0001'.repeat(2_000))));
  expect(answers).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/…$/) as string }]);
});

test('an answer that is not taken is a fault', async () => {
  status = 403;
  await expect(answerCloudFormation(event(), 'x', () => Promise.resolve())).rejects.toThrow('403');
});
