import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { InvokeRequest, ReportedError, WorkerData, WorkerReport } from './lambda-worker.ts';

export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** `file:` URL of the module that the handler is exported from. */
  readonly module: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** Invocations at one time; more are throttled. Without it only this machine is the limit. */
  readonly reservedConcurrency?: number | undefined;
  /** Whether what a worker writes may be kept; asked when it starts. Default: it may. */
  mayLog?(): boolean;
  /** The whole environment of the function, asked for when a worker starts. */
  environment(): Readonly<Record<string, string>>;
}

export interface Invocation {
  readonly requestId: string;
  /** JSON: what the handler returned, or its error. */
  readonly payload: string;
  readonly failed: boolean;
}

/** The workers of one function: each runs one invocation at a time. */
export interface FunctionPool {
  readonly definition: FunctionDefinition;
  /** Invocations accepted and not answered yet. */
  readonly concurrency: () => number;
  invoke(payload: string, requestId: string): Promise<Invocation>;
  /** Ends every worker at once, as a crash of its host would; their invocations fail. Gives how many there were. */
  kill(): number;
  stop(): Promise<void>;
}

interface Waiting {
  readonly payload: string;
  readonly requestId: string;
  settle(invocation: Invocation): void;
}

interface Instance {
  readonly worker: Worker;
  state: 'starting' | 'idle' | 'busy' | 'ended';
  current?: Waiting;
  timer?: NodeJS.Timeout;
}

export interface PoolLimits {
  /** Workers of one function at most: above it invocations wait, since cores rather than AWS are what is scarce. */
  readonly workers: number;
  /** Workers of one function that load their code at one time. */
  readonly starting: number;
  readonly initMilliseconds: number;
  readonly idleMilliseconds: number;
}

/** AWS gives 10 s to load the code; a laptop that starts everything at once is slower. */
export const defaultLimits: PoolLimits = {
  workers: 16,
  starting: 2,
  initMilliseconds: 30_000,
  idleMilliseconds: 120_000,
};

const traceHeader = (): string => {
  const time = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${time}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
};

const failure = (waiting: Waiting, error: Partial<ReportedError>): Invocation => ({
  requestId: waiting.requestId,
  payload: JSON.stringify(error),
  failed: true,
});

/** Lambda's own words for what the handler cannot report itself. */
const exitError = (waiting: Waiting, how: string): Invocation =>
  failure(waiting, {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${waiting.requestId} Error: Runtime exited with error: ${how}`,
  });

const timeoutError = (waiting: Waiting, seconds: number): Invocation =>
  failure(waiting, {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${waiting.requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
  });

/** All there is to one function while it runs. */
interface Pool {
  readonly definition: FunctionDefinition;
  readonly log: Writable;
  readonly limits: PoolLimits;
  readonly instances: Set<Instance>;
  readonly queue: Waiting[];
  /** One promise for each worker thread that has not ended yet. */
  readonly exits: Set<Promise<unknown>>;
  stopped: boolean;
}

const startWorker = ({ definition, log }: Pool): Worker => {
  const workerData: WorkerData = { module: definition.module, handler: definition.handler };
  const worker = new Worker(new URL('./lambda-worker.ts', import.meta.url), {
    workerData,
    env: { ...definition.environment() },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: definition.memoryMegabytes },
  });
  const mayLog = definition.mayLog?.() ?? true;
  for (const stream of [worker.stdout, worker.stderr])
    stream.on('data', (chunk) => mayLog && log.writable && log.write(chunk));
  return worker;
};

const inState = (pool: Pool, state: Instance['state']): Instance[] =>
  [...pool.instances].filter((instance) => instance.state === state);

/** Answers the invocation that the worker has, if it has one. */
const finish = (pool: Pool, instance: Instance, outcome: Invocation | undefined): void => {
  clearTimeout(instance.timer);
  const waiting = instance.current;
  delete instance.current;
  if (!waiting || !outcome) return;
  if (outcome.failed) pool.log.write(`${new Date().toISOString()} ${waiting.requestId} ${outcome.payload}\n`);
  waiting.settle(outcome);
};

const end = (pool: Pool, instance: Instance): void => {
  clearTimeout(instance.timer);
  instance.state = 'ended';
  pool.instances.delete(instance);
  void instance.worker.terminate();
};

const rest = (pool: Pool, instance: Instance): void => {
  clearTimeout(instance.timer);
  instance.state = 'idle';
  instance.timer = setTimeout(() => end(pool, instance), pool.limits.idleMilliseconds).unref();
  dispatch(pool);
};

const begin = (pool: Pool, instance: Instance, waiting: Waiting): void => {
  clearTimeout(instance.timer);
  const { timeoutSeconds, arn } = pool.definition;
  instance.state = 'busy';
  instance.current = waiting;
  instance.timer = setTimeout(() => {
    end(pool, instance);
    finish(pool, instance, timeoutError(waiting, timeoutSeconds));
    dispatch(pool);
  }, timeoutSeconds * 1000);
  const request: InvokeRequest = {
    payload: waiting.payload,
    requestId: waiting.requestId,
    functionArn: arn,
    deadline: Date.now() + timeoutSeconds * 1000,
    traceHeader: traceHeader(),
  };
  instance.worker.postMessage(request);
};

/** The oldest invocation that waits bears the failure of a worker that could not start. */
const failToStart = (pool: Pool, instance: Instance, error: Partial<ReportedError>): void => {
  end(pool, instance);
  pool.log.write(`${new Date().toISOString()} INIT_FAILED ${JSON.stringify(error)}\n`);
  const waiting = pool.queue.shift();
  waiting?.settle(failure(waiting, error));
  dispatch(pool);
};

const onReport = (pool: Pool, instance: Instance, report: WorkerReport): void => {
  if (instance.state === 'ended') return;
  if (report.kind === 'init-failed') {
    failToStart(pool, instance, report.error);
    return;
  }
  if (report.kind === 'answered' && instance.current)
    finish(pool, instance, { requestId: instance.current.requestId, payload: report.payload, failed: false });
  if (report.kind === 'failed' && instance.current) finish(pool, instance, failure(instance.current, report.error));
  rest(pool, instance);
};

const onExit = (pool: Pool, instance: Instance, how: string): void => {
  if (instance.state === 'ended') return;
  if (instance.state === 'starting') {
    failToStart(pool, instance, { errorType: 'Runtime.ExitError', errorMessage: how });
    return;
  }
  const waiting = instance.current;
  end(pool, instance);
  finish(pool, instance, waiting && exitError(waiting, how));
  dispatch(pool);
};

const start = (pool: Pool): void => {
  const worker = startWorker(pool);
  const exited: Promise<unknown> = new Promise((resolve) => worker.once('exit', resolve));
  pool.exits.add(exited);
  void exited.then(() => pool.exits.delete(exited));
  const instance: Instance = { worker, state: 'starting' };
  pool.instances.add(instance);
  const tooSlow = { errorType: 'Sandbox.Timedout', errorMessage: 'The code took too long to load.' };
  instance.timer = setTimeout(() => failToStart(pool, instance, tooSlow), pool.limits.initMilliseconds);
  worker.on('message', (report: WorkerReport) => onReport(pool, instance, report));
  worker.on('error', (error) => onExit(pool, instance, error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => onExit(pool, instance, `exit status ${code}`));
};

/** Hands what waits to workers at rest, and starts more workers for what is left. */
const dispatch = (pool: Pool): void => {
  if (pool.stopped) return;
  for (const instance of inState(pool, 'idle')) {
    const waiting = pool.queue.shift();
    if (!waiting) return;
    begin(pool, instance, waiting);
  }
  const limit = Math.min(pool.limits.workers, pool.definition.reservedConcurrency ?? Number.POSITIVE_INFINITY);
  const wanted = Math.min(pool.queue.length, pool.limits.starting) - inState(pool, 'starting').length;
  for (let more = Math.min(wanted, limit - pool.instances.size); more > 0; more--) start(pool);
};

const accept = (pool: Pool, payload: string, requestId: string): Promise<Invocation> =>
  new Promise((settle) => {
    const waiting: Waiting = { payload, requestId, settle };
    if (pool.stopped) return settle(exitError(waiting, 'the dev cloud has stopped'));
    pool.queue.push(waiting);
    dispatch(pool);
  });

const kill = (pool: Pool): number => {
  const all = [...pool.instances];
  for (const instance of all) onExit(pool, instance, 'signal: killed');
  return all.length;
};

const stop = async (pool: Pool): Promise<void> => {
  pool.stopped = true;
  kill(pool);
  for (const waiting of pool.queue.splice(0)) waiting.settle(exitError(waiting, 'the dev cloud has stopped'));
  await Promise.all(pool.exits);
};

/** What a function writes goes to `log`, and so does what ends it from outside. */
export const createFunctionPool = (
  definition: FunctionDefinition,
  log: Writable,
  limits: PoolLimits = defaultLimits,
): FunctionPool => {
  const pool: Pool = { definition, log, limits, instances: new Set(), queue: [], exits: new Set(), stopped: false };
  return {
    definition,
    concurrency: () => pool.queue.length + inState(pool, 'busy').length,
    invoke: (payload, requestId) => accept(pool, payload, requestId),
    kill: () => kill(pool),
    stop: () => stop(pool),
  };
};
