import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Behaviour, BehaviourChange } from './behaviour.ts';
import { MobileOriginated } from './mobile-originated.ts';
import { type Duplicate, type ReceivedMessage, reassemble, type SubmitRecord } from './received-messages.ts';

/** What the control port can see and do. */
export interface Controlled {
  readonly received: () => readonly SubmitRecord[];
  readonly duplicates: () => readonly Duplicate[];
  readonly sessions: () => readonly unknown[];
  readonly behaviour: () => Behaviour;
  readonly behave: (change: BehaviourChange) => void;
  readonly injectMo: (mo: MobileOriginated) => { readonly parts: number };
  readonly clear: () => void;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

const longestBody = 1024 * 1024;

/** Null when it is too long; it is read to its end all the same, or the answer would not get through. */
const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= longestBody) chunks.push(chunk);
  }
  return length > longestBody ? null : Buffer.concat(chunks).toString('utf8');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Parses the body by its schema and goes on with it, or says what is wrong with it. */
const withBody =
  <Schema extends z.ZodType>(schema: Schema, then: (value: z.output<Schema>) => Answer) =>
  async (request: IncomingMessage): Promise<Answer> => {
    const text = await readBody(request);
    if (text === null) return { status: 413, body: { error: `A body has at most ${longestBody} octets.` } };
    const parsed = schema.safeParse(parseJson(text));
    return parsed.success ? then(parsed.data) : { status: 422, body: { error: z.prettifyError(parsed.error) } };
  };

const listReceived = (smsc: Controlled, url: URL): Answer => {
  const destination = url.searchParams.get('destination');
  const limit = Number(url.searchParams.get('limit') ?? 1_000);
  const records = smsc.received().filter((record) => destination === null || record.destination === destination);
  const last: readonly ReceivedMessage[] = reassemble(records).slice(-limit);
  return { status: 200, body: { total: records.length, records: records.slice(-limit), messages: last } };
};

type Route = (request: IncomingMessage, url: URL) => Answer | Promise<Answer>;

const routesOf = (smsc: Controlled): Readonly<Record<string, Route>> => ({
  'GET /healthz': () => ({ status: 200, body: { status: 'ok' } }),
  'GET /received': (_, url) => listReceived(smsc, url),
  'DELETE /received': () => {
    smsc.clear();
    return { status: 204 };
  },
  'GET /duplicates': () => ({ status: 200, body: smsc.duplicates() }),
  'GET /sessions': () => ({ status: 200, body: smsc.sessions() }),
  'GET /behaviour': () => ({ status: 200, body: smsc.behaviour() }),
  'POST /behaviour': withBody(BehaviourChange, (change) => {
    smsc.behave(change);
    return { status: 200, body: smsc.behaviour() };
  }),
  'POST /mo': withBody(MobileOriginated, (mo) => ({ status: 202, body: smsc.injectMo(mo) })),
});

const respond = (response: ServerResponse, { status, body }: Answer): void => {
  const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(text);
};

/** The simulator's HTTP side, for people and tests. It listens nowhere yet. */
export const createControlServer = (smsc: Controlled): Server => {
  const routes = routesOf(smsc);
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = routes[`${request.method} ${url.pathname}`];
    return route
      ? route(request, url)
      : { status: 404, body: { error: 'There is no such thing.', routes: Object.keys(routes) } };
  };
  return createServer((request, response) => {
    answerTo(request)
      .catch((error: unknown): Answer => ({ status: 500, body: { error: String(error) } }))
      .then((answer) => respond(response, answer))
      .catch(() => response.destroy());
  });
};
