import { buildApp } from 'fauxqs';
import { AwsError, demand, identifyCaller } from './aws-error.ts';
import type { Endpoint } from './aws-json-server.ts';
import type { Call, Gate } from './gate.ts';

interface Asked {
  readonly method: string;
  /** Path-style: `/bucket/key`, as the SDK writes it for an endpoint that is an IP address. */
  readonly url: string;
}

const actions: Readonly<Record<string, { readonly object?: string; readonly bucket?: string }>> = {
  PUT: { object: 's3:PutObject', bucket: 's3:CreateBucket' },
  GET: { object: 's3:GetObject', bucket: 's3:ListBucket' },
  HEAD: { object: 's3:GetObject', bucket: 's3:ListBucket' },
  DELETE: { object: 's3:DeleteObject' },
};

/** The queries of the calls that are served; any other is another call, which fauxqs would take for one of these. */
const known = new Set(['x-id', 'list-type', 'prefix', 'delimiter', 'max-keys', 'continuation-token', 'start-after']);

const callOf = ({ method, url }: Asked): Pick<Call, 'action' | 'resource'> => {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(decodeURIComponent(pathname)) ?? [];
  const strange = [...searchParams.keys()].find((name) => !known.has(name));
  const action = strange === undefined && bucket !== '' && actions[method]?.[key === '' ? 'bucket' : 'object'];
  if (!action) throw new AwsError('NotImplemented', `The dev cloud's S3 does not know ${method} ${url}.`, 501);
  return { action, resource: `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}` };
};

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** S3 has codes of its own for what other services answer. */
const codes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  MissingAuthenticationTokenException: 'AccessDenied',
  UnrecognizedClientException: 'InvalidAccessKeyId',
};

const errorBody = ({ name, message }: AwsError): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${codes[name] ?? name}</Code><Message>${escapeXml(message)}</Message></Error>`;

/**
 * Amazon S3 (REST, `s3`) by fauxqs, in memory: what lay in a bucket is gone after a stop. Of the API it serves making and
 * listing buckets, and putting, getting and deleting objects. Unlike S3 it keeps no versions and expires nothing.
 */
export const startObjects = async ({ gate }: { readonly gate: Gate }): Promise<Endpoint> => {
  const app = buildApp({ logger: false });
  app.addHook('preHandler', async (request, reply) => {
    try {
      const principal = identifyCaller(gate, 's3', request.headers.authorization);
      demand(gate, { principal, service: 's3', ...callOf(request), context: {} }, 403);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      await reply.status(error.status).header('content-type', 'application/xml').send(errorBody(error));
    }
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, stop: () => app.close() };
};
