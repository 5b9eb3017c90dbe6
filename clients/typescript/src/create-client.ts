import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Operations, operations } from './operations.ts';
import { errorOf } from './signalbox-error.ts';

export interface ClientOptions {
  /** Where the API is: `https://api.example.com/v`. */
  readonly url: string;
  /** An API key; or a bearer token, or a function that has a fresh one. */
  readonly apiKey?: string;
  readonly bearer?: string | (() => Promise<string>);
  /** How often a request is tried in all when the network, a limit or the service fails it; 4 when left out. */
  readonly attempts?: number;
  /** Milliseconds that one attempt may take; 15,000 when left out. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Under what a POST may be repeated for 24 hours. A new one is made for each call when it is left out. */
  readonly idempotencyKey?: string;
  /** Follows the request to the end; a new one is made by the API when it is left out. */
  readonly requestId?: string;
  readonly signal?: AbortSignal;
}

type Name = keyof Operations;
type Arguments<Operation extends Name> = keyof Operations[Operation]['request'] extends never
  ? [request?: Record<string, never>, options?: CallOptions]
  : [request: Operations[Operation]['request'], options?: CallOptions];

/** One function for each operation of the API. @throws SignalboxError when it is refused. */
export type SignalboxClient = {
  readonly [Operation in Name]: (...given: Arguments<Operation>) => Promise<Operations[Operation]['answer']>;
};

interface Request {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

const addressOf = (base: string, path: string, request: Request): URL => {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(request.path?.[name] ?? ''));
  const url = new URL(`${base.replace(/\/$/, '')}${filled}`);
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, `${value}`);
  return url;
};

/** A limit, a fault, or what stands between: worth another attempt. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** Exponential with full jitter, or what the service asks for. */
const pauseMs = (attempt: number, retryAfter: string | null): number => {
  const asked = Number(retryAfter);
  return retryAfter !== null && Number.isFinite(asked) ? asked * 1000 : Math.random() * 250 * 2 ** attempt;
};

/**
 * A client of the Signalbox API. A POST carries an Idempotency-Key, so that an attempt whose answer was lost is
 * repeated without doing anything twice.
 */
export const createClient = (options: ClientOptions): SignalboxClient => {
  const { url, attempts = 4, timeoutMs = 15_000, fetch: send = fetch } = options;

  const credentials = async (): Promise<Record<string, string>> => {
    if (options.apiKey !== undefined) return { 'x-api-key': options.apiKey };
    const token = typeof options.bearer === 'function' ? await options.bearer() : options.bearer;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  };

  const headersOf = async (name: Name, request: Request, call: CallOptions): Promise<Record<string, string>> => ({
    ...(await credentials()),
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(operations[name].takesKey ? { 'idempotency-key': call.idempotencyKey ?? randomUUID() } : {}),
    ...(call.requestId === undefined ? {} : { 'x-request-id': call.requestId }),
  });

  const invoke = async (name: Name, request: Request, call: CallOptions): Promise<unknown> => {
    const { method, path } = operations[name];
    const headers = await headersOf(name, request, call);
    const mayRepeat = method !== 'POST' || operations[name].takesKey;
    const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= attempts || !mayRepeat;
      const signals = [AbortSignal.timeout(timeoutMs), ...(call.signal ? [call.signal] : [])];
      const response = await send(addressOf(url, path, request), {
        method,
        headers,
        ...body,
        signal: AbortSignal.any(signals),
      }).catch((error: unknown) => {
        if (isLast || call.signal?.aborted) throw error;
        return undefined;
      });
      if (response && (!isPassing(response.status) || isLast)) return readAnswer(response);
      await response?.body?.cancel();
      await sleep(pauseMs(attempt, response?.headers.get('retry-after') ?? null), undefined, { signal: call.signal });
    }
  };

  return Object.fromEntries(
    (Object.keys(operations) as Name[]).map((name) => [
      name,
      (request: Request = {}, call: CallOptions = {}) => invoke(name, request, call),
    ]),
  ) as unknown as SignalboxClient;
};

const readAnswer = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (!response.ok) throw errorOf(response.status, text);
  if (text === '') return null;
  return (response.headers.get('content-type') ?? '').startsWith('application/json') ? JSON.parse(text) : text;
};
