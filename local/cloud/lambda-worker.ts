import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';

/** What a worker thread is started with: where the function's code is. */
export interface WorkerData {
  /** `file:` URL of the module. */
  readonly module: string;
  /** Name of the export which is the handler. */
  readonly handler: string;
}

export interface InvokeRequest {
  readonly payload: string;
  readonly requestId: string;
  readonly functionArn: string;
  /** Milliseconds since the epoch at which the invocation is ended from outside. */
  readonly deadline: number;
  readonly traceHeader: string;
}

/** An error as the Node.js runtime of Lambda reports it. */
export interface ReportedError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: ReportedError }
  | { readonly kind: 'answered'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: ReportedError };

type Handler = (event: unknown, context: object) => unknown;

const describe = (error: unknown): ReportedError => {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
};

const contextOf = (request: InvokeRequest): object => ({
  awsRequestId: request.requestId,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: '$LATEST',
  invokedFunctionArn: request.functionArn,
  memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, request.deadline - Date.now()),
});

const run = async (handler: Handler, request: InvokeRequest): Promise<WorkerReport> => {
  process.env._X_AMZN_TRACE_ID = request.traceHeader;
  try {
    const result: unknown = await handler(JSON.parse(request.payload), contextOf(request));
    return { kind: 'answered', payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { kind: 'failed', error: describe(error) };
  }
};

const load = async ({ module, handler }: WorkerData): Promise<Handler> => {
  const exported = (await import(module)) as Record<string, unknown>;
  const found = exported[handler];
  if (typeof found === 'function') return found as Handler;
  const error = new Error(`${handler} is undefined or not exported`);
  error.name = 'Runtime.HandlerNotFound';
  throw error;
};

/** The runtime's loop inside a worker thread: load the handler once, then one invocation after the other. */
const main = async (): Promise<void> => {
  if (!parentPort) throw new Error('This file runs as a worker thread only.');
  const port = parentPort;
  const report = (each: WorkerReport): void => port.postMessage(each);
  try {
    const handler = await load(workerData as WorkerData);
    port.on('message', (request: InvokeRequest) => void run(handler, request).then(report));
    report({ kind: 'ready' });
  } catch (error) {
    report({ kind: 'init-failed', error: describe(error) });
    await once(port, 'close');
  }
};

await main();
