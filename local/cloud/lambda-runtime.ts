import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import {
  createFunctionPool,
  defaultLimits,
  type FunctionDefinition,
  type FunctionPool,
  type Invocation,
  type PoolLimits,
} from './function-pool.ts';

/** A request that Lambda refuses before the function sees it; `status` and `code` are those of Lambda's Invoke. */
export class InvokeRefused extends Error {
  readonly code: 'ResourceNotFoundException' | 'TooManyRequestsException' | 'RequestTooLargeException';
  readonly status: number;
  constructor(code: InvokeRefused['code'], status: number, message: string) {
    super(message);
    this.name = 'InvokeRefused';
    this.code = code;
    this.status = status;
  }
}

/** What Lambda itself measures of an invocation. */
export interface Observed {
  readonly functionName: string;
  readonly outcome: 'done' | 'failed' | 'throttled';
  readonly milliseconds: number;
  /** Invocations of the function under way when this one began, itself among them. */
  readonly concurrency: number;
}

export interface LambdaRuntime {
  define(definition: FunctionDefinition): void;
  /** The ARN of a function given by name or ARN. Throws as `invoke` does for an unknown name. */
  arnOf(nameOrArn: string): string;
  /** Function names, in the order in which they were defined. */
  names(): readonly string[];
  /**
   * Runs a function, named by its name or ARN, and waits for it.
   *
   * @throws InvokeRefused when there is no such function, its reserved concurrency is used up, or the payload is over 6 MB.
   */
  invoke(nameOrArn: string, payload: string): Promise<Invocation>;
  /** Runs a function in the background, trying again as AWS does for event invocations. Throws as `invoke` does for an unknown name. */
  invokeLater(nameOrArn: string, payload: string): void;
  /** Tells the listener of each invocation when it has ended. */
  observe(listener: (observed: Observed) => void): void;
  /** Ends all workers of a function at once, those at work included; gives how many there were. */
  kill(nameOrArn: string): number;
  /** Ends every worker, waits until all are gone, and closes the logs. */
  stop(): Promise<void>;
}

interface Defined {
  readonly pool: FunctionPool;
  readonly log: WriteStream;
}

const maximumPayload = 6 * 1024 * 1024;
/** Before the second and the third attempt of an event invocation; after that the event is dropped, as on AWS. */
const retryDelays = [60_000, 120_000];

/** `arn:aws:lambda:region:account:function:name[:version]`, `account:function:name`, `name[:version]` -> name. */
const nameOf = (nameOrArn: string): string => {
  const parts = nameOrArn.split(':');
  const marker = parts.indexOf('function');
  return parts[marker + 1] ?? nameOrArn;
};

const close = async (log: WriteStream): Promise<void> => {
  if (log.closed) return;
  log.end();
  await once(log, 'close');
};

interface Functions {
  readonly byName: Map<string, Defined>;
  readonly retries: Set<NodeJS.Timeout>;
  readonly listeners: ((observed: Observed) => void)[];
  stopped: boolean;
}

const tell = ({ listeners }: Functions, observed: Observed): void => {
  for (const listener of listeners) listener(observed);
};

const run = async (functions: Functions, pool: FunctionPool, payload: string): Promise<Invocation> => {
  const started = performance.now();
  const invoked = pool.invoke(payload, randomUUID());
  const concurrency = pool.concurrency();
  const invocation = await invoked;
  const outcome = invocation.failed ? 'failed' : 'done';
  const milliseconds = performance.now() - started;
  if (!functions.stopped) tell(functions, { functionName: pool.definition.name, outcome, milliseconds, concurrency });
  return invocation;
};

const find = ({ byName }: Functions, nameOrArn: string): Defined => {
  const found = byName.get(nameOf(nameOrArn));
  if (found) return found;
  throw new InvokeRefused('ResourceNotFoundException', 404, `Function not found: ${nameOrArn}`);
};

const invoke = async (functions: Functions, nameOrArn: string, payload: string): Promise<Invocation> => {
  const { pool } = find(functions, nameOrArn);
  if (Buffer.byteLength(payload) > maximumPayload)
    throw new InvokeRefused('RequestTooLargeException', 413, `Request must be smaller than ${maximumPayload} bytes.`);
  const concurrency = pool.concurrency();
  if (concurrency >= (pool.definition.reservedConcurrency ?? Number.POSITIVE_INFINITY)) {
    tell(functions, { functionName: pool.definition.name, outcome: 'throttled', milliseconds: 0, concurrency });
    throw new InvokeRefused('TooManyRequestsException', 429, 'Rate Exceeded.');
  }
  return run(functions, pool, payload);
};

/** An event that meets the reserved concurrency stays in Lambda's own queue, so it waits here instead of failing. */
const runInBackground = async (functions: Functions, name: string, payload: string, retry = 0): Promise<void> => {
  const outcome = await run(functions, find(functions, name).pool, payload);
  const delay = retryDelays[retry];
  if (!outcome.failed || functions.stopped || delay === undefined) return;
  const timer = setTimeout(() => {
    functions.retries.delete(timer);
    void runInBackground(functions, name, payload, retry + 1);
  }, delay);
  functions.retries.add(timer);
};

const stopAll = async (functions: Functions): Promise<void> => {
  functions.stopped = true;
  for (const timer of functions.retries) clearTimeout(timer);
  const all = [...functions.byName.values()];
  await Promise.all(all.map(({ pool }) => pool.stop()));
  await Promise.all(all.map(({ log }) => close(log)));
};

/** Runs functions in worker threads; what each writes is appended to `<logDirectory>/<function>.log`. */
export const createLambdaRuntime = (logDirectory: string, limits: PoolLimits = defaultLimits): LambdaRuntime => {
  mkdirSync(logDirectory, { recursive: true });
  const functions: Functions = { byName: new Map(), retries: new Set(), listeners: [], stopped: false };
  return {
    define: (definition) => {
      const log = createWriteStream(join(logDirectory, `${definition.name}.log`), { flags: 'a' });
      functions.byName.set(definition.name, { pool: createFunctionPool(definition, log, limits), log });
    },
    arnOf: (nameOrArn) => find(functions, nameOrArn).pool.definition.arn,
    names: () => [...functions.byName.keys()],
    invoke: (nameOrArn, payload) => invoke(functions, nameOrArn, payload),
    invokeLater: (nameOrArn, payload) => {
      find(functions, nameOrArn);
      void runInBackground(functions, nameOf(nameOrArn), payload);
    },
    observe: (listener) => void functions.listeners.push(listener),
    kill: (nameOrArn) => find(functions, nameOrArn).pool.kill(),
    stop: () => stopAll(functions),
  };
};
