import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Verdict, verifySignature } from './verify-signature.ts';

/** One callback as it came. */
export interface ReceivedCallback {
  readonly time: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body's characters, unparsed; null when it was longer than 256 KiB. */
  readonly body: string | null;
  readonly verdict: Verdict;
  /** What it was answered. */
  readonly status: number;
}

/** How callbacks are answered. A caller may ask for the same in its own URL: `?status=503&delay_ms=50&redirect_to=...`. */
export interface AnswerMode {
  readonly status: number;
  readonly delayMs: number;
  /** Sent as `location`; a status that is no redirect becomes 302. */
  readonly redirectTo: string | null;
  /** So many callbacks are answered like this, those after them with 204 again. */
  readonly times: number;
  /** The connection breaks instead of an answer; what came is not listed, since nobody was there to take it. */
  readonly dead: boolean;
}

export interface CallbackReceiver {
  readonly url: string;
  /** Newest last; the last 10,000. */
  readonly received: () => readonly ReceivedCallback[];
  /** How many came while it was dead. */
  readonly unanswered: () => number;
  readonly behave: (mode: Partial<AnswerMode>) => void;
  readonly clear: () => void;
  readonly stop: () => Promise<void>;
}

export interface CallbackReceiverOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Asked at every callback; undefined while it is not known, two while one is being replaced. */
  readonly secret?: () => string | readonly string[] | undefined;
  readonly received?: (callback: ReceivedCallback) => void;
}

const mostKept = 10_000;
const longestBody = 256 * 1024;
const usualMode: AnswerMode = {
  status: 204,
  delayMs: 0,
  redirectTo: null,
  times: Number.POSITIVE_INFINITY,
  dead: false,
};

/** Null when it is too long; it is read to its end all the same, or the answer would not get through. */
const readBody = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= longestBody) chunks.push(chunk);
  }
  return length > longestBody ? null : Buffer.concat(chunks);
};

const numberIn = (url: URL, name: string, least: number, most: number): number | undefined => {
  const value = Number(url.searchParams.get(name) ?? Number.NaN);
  return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
};

const modeFor = (url: URL, mode: AnswerMode): AnswerMode => {
  const redirectTo = url.searchParams.get('redirect_to') ?? mode.redirectTo;
  const status = numberIn(url, 'status', 200, 599) ?? mode.status;
  const isRedirect = status >= 300 && status < 400;
  return {
    ...mode,
    redirectTo,
    status: redirectTo !== null && !isRedirect ? 302 : status,
    delayMs: numberIn(url, 'delay_ms', 0, 600_000) ?? mode.delayMs,
  };
};

const listOf = (secret: string | readonly string[] | undefined): readonly string[] =>
  typeof secret === 'string' ? [secret] : (secret ?? []);

const reply = (response: ServerResponse, { status, delayMs, redirectTo }: AnswerMode): void => {
  const send = (): void => {
    response.writeHead(status, redirectTo === null ? {} : { location: redirectTo }).end();
  };
  if (delayMs === 0) {
    send();
    return;
  }
  const timer = setTimeout(send, delayMs);
  response.on('close', () => clearTimeout(timer));
};

/** What it keeps, and how it answers, without a socket. */
const createReceiver = ({ secret, received }: CallbackReceiverOptions) => {
  let kept: ReceivedCallback[] = [];
  let mode = usualMode;
  let unanswered = 0;

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (mode.dead) {
      unanswered += 1;
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const octets = await readBody(request);
    const header = request.headers['signalbox-signature'];
    const answer = octets === null ? { ...usualMode, status: 413 } : modeFor(url, mode.times > 0 ? mode : usualMode);
    mode = { ...mode, times: mode.times - 1 };
    const callback: ReceivedCallback = {
      time: new Date().toISOString(),
      path: `${url.pathname}${url.search}`,
      headers: request.headers,
      body: octets?.toString('utf8') ?? null,
      verdict: verifySignature({
        header: Array.isArray(header) ? header.join() : header,
        body: octets ?? Buffer.alloc(0),
        secrets: listOf(secret?.()),
        now: Date.now() / 1_000,
      }),
      status: answer.status,
    };
    kept.push(callback);
    if (kept.length > mostKept * 1.25) kept = kept.slice(-mostKept);
    received?.(callback);
    reply(response, answer);
  };

  return {
    take,
    unanswered: (): number => unanswered,
    received: (): readonly ReceivedCallback[] => kept.slice(-mostKept),
    behave: (change: Partial<AnswerMode>): void => {
      mode = { ...usualMode, ...change };
    },
    clear: (): void => {
      kept = [];
    },
  };
};

/**
 * Starts an HTTP server that takes callbacks at any path, checks their signatures, and lists them on GET. It answers a
 * callback whose signature is wrong as well: the verdict is for whoever looks.
 */
export const startCallbackReceiver = async (options: CallbackReceiverOptions = {}): Promise<CallbackReceiver> => {
  const { port = 0, host = '127.0.0.1' } = options;
  const { take, ...receiver } = createReceiver(options);
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      take(request, response).catch(() => response.destroy());
    } else if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(receiver.received(), null, 2)}\n`);
    } else if (request.method === 'DELETE') {
      receiver.clear();
      response.writeHead(204).end();
    } else response.writeHead(405, { allow: 'POST, GET, DELETE' }).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    ...receiver,
    url: `http://${host}:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
