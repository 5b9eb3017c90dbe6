import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

/** Connections of either scheme. */
export interface OutwardAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** @param keepMs how long a connection is kept for the next request; 0: not at all. */
export const createAgents = (keepMs: number): OutwardAgents => {
  const options = keepMs === 0 ? { keepAlive: false } : { keepAlive: true, timeout: keepMs };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
};

export interface OutwardRequest {
  /** http or https. Its host was checked: nothing here judges an address that is written out. */
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** From the resolution of the name to the end of the answer. */
  readonly deadlineMs: number;
  readonly agents: OutwardAgents;
  /** Resolves and checks the host; the system resolves it when left out. Kept agents must always get the same. */
  readonly lookup?: LookupFunction | undefined;
}

export type PostedOutward =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      /** Empty when it is longer than anybody reads; null when it broke off, or did not end before the deadline. */
      readonly text: string | null;
    }
  | {
      readonly outcome: 'failed';
      readonly error: NodeJS.ErrnoException;
      readonly isLate: boolean;
      /** Octets of it may have gone out; otherwise none has. */
      readonly isSent: boolean;
    };

/** Of an answer's body; then the connection is cut. */
const maxAnswerBytes = 64 * 1_024;

const readAnswer = (answer: IncomingMessage): Promise<string | null> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) answer.destroy();
      else chunks.push(chunk);
    });
    const end = (): void => {
      if (bytes > maxAnswerBytes) resolve('');
      else resolve(answer.complete ? Buffer.concat(chunks).toString('utf8') : null);
    };
    answer.on('error', end);
    answer.on('close', end);
  });

/** Posts JSON once. A redirect is an answer as any other, and is not followed. Does not reject. */
export const postOutward = ({
  url,
  body,
  headers,
  deadlineMs,
  agents,
  lookup,
}: OutwardRequest): Promise<PostedOutward> =>
  new Promise((settle) => {
    const isSecure = url.protocol === 'https:';
    const signal = AbortSignal.timeout(deadlineMs);
    const settings = {
      method: 'POST',
      agent: isSecure ? agents.https : agents.http,
      signal,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
      ...(lookup && { lookup }),
    };
    let isSent = false;
    let status: number | undefined;
    const request = (isSecure ? requestHttps : requestHttp)(url, settings, (answer) => {
      const said = answer.statusCode ?? 0;
      status = said;
      void readAnswer(answer).then((text) => settle({ outcome: 'answered', status: said, text }));
    });
    // Without a listener Node drops the connection and says nothing of it: the request would never end.
    request.on('upgrade', (answer, socket) => {
      socket.destroy();
      settle({ outcome: 'answered', status: answer.statusCode ?? 0, text: '' });
    });
    request.on('socket', (socket) => {
      if (!socket.connecting) isSent = true;
      else
        socket.once(isSecure ? 'secureConnect' : 'connect', () => {
          isSent = true;
        });
    });
    request.on('error', (error) => {
      if (status === undefined) settle({ outcome: 'failed', error, isLate: signal.aborted, isSent });
      else settle({ outcome: 'answered', status, text: null });
    });
    request.end(body);
  });
