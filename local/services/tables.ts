import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import { AwsError, demand, identifyCaller } from './aws-error.ts';
import type { Endpoint } from './aws-json-server.ts';
import { emulatedElsewhere } from './emulated-elsewhere.ts';
import type { Gate } from './gate.ts';

export interface TablesOptions {
  readonly gate: Gate;
  /** Where the tables are kept (LevelDB); in memory without it. */
  readonly directory?: string;
  readonly account?: string;
  readonly region?: string;
}

interface TableRequest {
  readonly TableName?: unknown;
  readonly IndexName?: unknown;
  readonly ResourceArn?: unknown;
  readonly RequestItems?: unknown;
}

/** Every ARN that a request acts upon. */
const resourcesOf = (prefix: string, body: TableRequest): string[] => {
  if (typeof body.ResourceArn === 'string') return [body.ResourceArn];
  if (typeof body.RequestItems === 'object' && body.RequestItems) {
    return Object.keys(body.RequestItems).map((table) => `${prefix}${table}`);
  }
  if (typeof body.TableName !== 'string') return ['*'];
  const table = body.TableName.startsWith('arn:') ? body.TableName : `${prefix}${body.TableName}`;
  return [typeof body.IndexName === 'string' ? `${table}/index/${body.IndexName}` : table];
};

const authorize = (gate: Gate, prefix: string, request: IncomingMessage, body: string): void => {
  const principal = identifyCaller(gate, 'dynamodb', request.headers.authorization);
  const operation = String(request.headers['x-amz-target']).split('.')[1];
  if (!operation) throw new AwsError('UnknownOperationException', 'Only DynamoDB is served here.');
  const parse = (): TableRequest => {
    try {
      return (JSON.parse(body) ?? {}) as TableRequest;
    } catch {
      throw new AwsError('SerializationException', 'The request body is not JSON.');
    }
  };
  for (const resource of resourcesOf(prefix, parse())) {
    demand(gate, { principal, service: 'dynamodb', action: `dynamodb:${operation}`, resource, context: {} });
  }
};

const refuse = (response: ServerResponse, error: unknown): void => {
  const known = error instanceof AwsError ? error : new AwsError('InternalServerError', String(error), 500);
  response.writeHead(known.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${known.name}`, message: known.message }));
};

/** Puts the gate before dynalite: the body is read here, and handed on as a request of its own. */
const guard =
  (gate: Gate, prefix: string, inner: RequestListener): RequestListener =>
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      try {
        authorize(gate, prefix, request, body.toString('utf8'));
      } catch (error) {
        refuse(response, error);
        return;
      }
      const { headers, method, url } = request;
      inner(Object.assign(Readable.from([body]), { headers, method, url }) as unknown as IncomingMessage, response);
    });
  };

/** dynalite takes account and region for its ARNs from the environment, at once and only here. */
const createServer = (options: TablesOptions, account: string, region: string) => {
  const before = { ...process.env };
  Object.assign(process.env, { AWS_ACCOUNT_ID: account, AWS_REGION: region });
  try {
    const times = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
    return dynalite(options.directory === undefined ? times : { ...times, path: options.directory });
  } finally {
    for (const name of ['AWS_ACCOUNT_ID', 'AWS_REGION']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
};

/**
 * Amazon DynamoDB (AWS JSON 1.0, `dynamodb`) by dynalite, which has no transactions and no TTL, and returns no item when
 * a condition fails. A table is ACTIVE as soon as it is made.
 */
export const startTables = async (options: TablesOptions): Promise<Endpoint> => {
  const elsewhere = emulatedElsewhere('dynamodb');
  if (elsewhere) return elsewhere;
  const { account = '000000000000', region = 'eu-central-1' } = options;
  const server = createServer(options, account, region);
  const [inner] = server.listeners('request') as RequestListener[];
  if (!inner) throw new Error('dynalite has no request listener.');
  server.removeAllListeners('request');
  server.on('request', guard(options.gate, `arn:aws:dynamodb:${region}:${account}:table/`, inner));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};
