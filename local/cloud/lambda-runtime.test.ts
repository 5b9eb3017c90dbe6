import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FunctionDefinition } from './function-pool.ts';
import { createLambdaRuntime, type LambdaRuntime } from './lambda-runtime.ts';

const code = `
import { existsSync, writeFileSync } from 'node:fs';
let calls = 0;
export const handler = async (event, context) => {
  calls += 1;
  if (event.log) console.log(event.log);
  if (event.fail) throw new TypeError(event.fail);
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.wait) await new Promise((resolve) => setTimeout(resolve, event.wait));
  if (event.own) {
    writeFileSync(event.own, '');
    while (!existsSync(event.other)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { calls, colour: process.env.COLOUR, home: process.env.HOME, function: context.functionName,
    arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 0, id: context.awsRequestId.length };
};`;

const directory = mkdtempSync(join(tmpdir(), 'signalbox-lambda-'));
let runtime: LambdaRuntime;

const define = (name: string, more: Partial<FunctionDefinition> = {}, text = code): void => {
  writeFileSync(join(directory, `${name}.mjs`), text);
  runtime.define({
    name,
    arn: `arn:aws:lambda:eu-central-1:000000000000:function:${name}`,
    module: pathToFileURL(join(directory, `${name}.mjs`)).href,
    handler: 'handler',
    timeoutSeconds: 30,
    memoryMegabytes: 128,
    environment: () => ({ COLOUR: 'blue', AWS_LAMBDA_FUNCTION_NAME: name }),
    ...more,
  });
};

const call = async (name: string, event: object = {}) => {
  const { payload, failed } = await runtime.invoke(name, JSON.stringify(event));
  return { failed, value: JSON.parse(payload) as Record<string, unknown> };
};

const logOf = (name: string): string => readFileSync(join(directory, 'logs', `${name}.log`), 'utf8');

beforeAll(() => {
  runtime = createLambdaRuntime(join(directory, 'logs'));
});
afterAll(() => runtime.stop());

test('a function has its own environment and nothing of ours, and a context', async () => {
  define('plain');
  const { value } = await call('plain');
  expect(value).toMatchObject({ colour: 'blue', function: 'plain', left: true, id: 36 });
  expect(value.home).toBeUndefined();
  expect(value.arn).toBe('arn:aws:lambda:eu-central-1:000000000000:function:plain');
});

test('a worker at rest is used again, and two invocations at one time have a worker each', async () => {
  define('counting');
  expect((await call('counting')).value.calls).toBe(1);
  expect((await call('counting')).value.calls).toBe(2);
  const [left, right] = [join(directory, 'left'), join(directory, 'right')];
  // Each waits for the other, so neither ends unless both run.
  const both = await Promise.all([
    call('counting', { own: left, other: right }),
    call('counting', { own: right, other: left }),
  ]);
  expect(both.map(({ value }) => value.calls).toSorted((a, b) => Number(a) - Number(b))).toEqual([1, 3]);
});

test('an error is reported with type, message and trace, and the worker stays', async () => {
  define('failing');
  const { failed, value } = await call('failing', { fail: 'no such thing' });
  expect(failed).toBe(true);
  expect(value).toMatchObject({ errorType: 'TypeError', errorMessage: 'no such thing' });
  expect((await call('failing')).value.calls).toBe(2);
});

test('what takes too long is ended, and the next invocation has a fresh worker', async () => {
  define('slow', { timeoutSeconds: 1 });
  const { failed, value } = await call('slow', { wait: 60_000 });
  expect(failed).toBe(true);
  expect(value.errorMessage).toMatch(/Task timed out after 1\.00 seconds/);
  expect((await call('slow')).value.calls).toBe(1);
  expect(logOf('slow')).toMatch(/Task timed out/);
});

test('a crash fails its invocation, and the next has a fresh worker', async () => {
  define('crashing');
  const { failed, value } = await call('crashing', { exit: 7 });
  expect(failed).toBe(true);
  expect(value).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(value.errorMessage).toMatch(/exit status 7/);
  expect((await call('crashing')).value.calls).toBe(1);
});

test('workers can be killed from outside, those at work included', async () => {
  define('killed');
  const under = call('killed', { wait: 60_000, log: 'at work' });
  await expect.poll(() => logOf('killed')).toMatch(/at work/);
  expect(runtime.kill('killed')).toBe(1);
  expect((await under).value.errorMessage).toMatch(/signal: killed/);
  expect((await call('killed')).value.calls).toBe(1);
});

test('reserved concurrency throttles what is above it', async () => {
  define('reserved', { reservedConcurrency: 1 });
  const first = call('reserved', { wait: 300 });
  await expect(call('reserved')).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
  expect((await first).failed).toBe(false);
  expect((await call('reserved')).failed).toBe(false);
});

test('code that cannot be loaded fails each invocation with its reason', async () => {
  define('broken', {}, 'throw new RangeError("bad configuration");');
  const { failed, value } = await call('broken');
  expect(failed).toBe(true);
  expect(value).toMatchObject({ errorType: 'RangeError', errorMessage: 'bad configuration' });
  define('nameless', { handler: 'other' });
  expect((await call('nameless')).value.errorType).toBe('Runtime.HandlerNotFound');
});

test('an unknown function is refused, by name or ARN', async () => {
  await expect(call('nobody')).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  expect(() => runtime.invokeLater('arn:aws:lambda:eu-central-1:1:function:nobody', '{}')).toThrow(/not found/);
});

test('what a function prints is in its log', async () => {
  define('printing');
  await call('printing', { log: 'a line of its own' });
  await expect.poll(() => logOf('printing')).toMatch(/a line of its own/);
});
