import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '#shared/contracts/openapi/document.ts';
import { Problem } from '#shared/contracts/problems.ts';
import { type FuzzedOperation, operationsOf, requestOf } from '../support/contract-fuzz.ts';
import { type RunningSignalbox, startRunningSignalbox } from '../support/running-signalbox.ts';

const operations = operationsOf(openApiDocument());
const name = ({ method, path }: FuzzedOperation) => `${method} ${path}`;

let box: RunningSignalbox;
let keys: readonly string[];
/** The examples have a client of their own: the fuzz may opt their recipient out. */
let exampleKey: string;
beforeAll(async () => {
  box = await startRunningSignalbox();
  const limits = { ratePerSecond: 10_000, burst: 100_000 };
  const all = ['messages:read', 'messages:write', 'admin'];
  const [forExamples, ...fuzzed] = await Promise.all(
    [all, all, all].map(async (scopes) => (await box.issueClient({ creditCents: 10_000, scopes, limits })).apiKey),
  );
  exampleKey = forExamples ?? '';
  keys = fuzzed;
});
afterAll(() => box?.stop());

const runs = Number(process.env.FUZZ_RUNS ?? 12);

describe('whatever is asked, the answer is one that the contract names', () => {
  test.each(operations.map((operation) => [name(operation), operation] as const))('%s', async (_name, operation) => {
    await fc.assert(
      fc.asyncProperty(requestOf(operation), fc.constantFrom(0, 1), async (request, who) => {
        const { path, body, headers } = request;
        const answer = await box.api(operation.method, path, {
          key: keys[who] ?? null,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        expect(answer.status, answer.text).toBeLessThan(500);
        expect(operation.statuses, answer.text).toContain(`${answer.status}`);
        if (answer.status >= 400) expect(Problem.safeParse(answer.body).error).toBeUndefined();
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });
});

describe('every example of the contract does what it says', () => {
  test.each(operations.filter(({ body }) => body?.example).map((operation) => [name(operation), operation] as const))(
    '%s',
    async (_name, operation) => {
      // What stands in the path is nobody's: then the example is read, and found to be about nothing.
      const path = operation.path.replaceAll(/\{\w+\}/g, '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3');
      const { contentType = '', example } = operation.body ?? {};
      const answer = await box.api(operation.method, path, {
        key: exampleKey,
        headers: { 'content-type': contentType },
        body: typeof example === 'string' ? example : JSON.stringify(example),
      });
      expect(path === operation.path ? [200, 201, 202, 204] : [200, 201, 202, 204, 404], answer.text).toContain(
        answer.status,
      );
    },
  );
});
