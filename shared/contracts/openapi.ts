import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { AcceptedMessage, AccountView, MessageView, SubmitMessage } from './messages.ts';
import { Problem, type ProblemCode, problems } from './problems.ts';
import { type Operation, routes } from './routes.ts';

interface Described {
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly answer: { readonly status: number; readonly description: string; readonly schema: z.ZodType };
  readonly problems: readonly ProblemCode[];
  readonly isIdempotent?: boolean;
}

const Status = z.object({ status: z.string() });

const described: Readonly<Record<Operation, Described>> = {
  submitMessage: {
    summary: 'Accept a message: its price is held, and it is on its way or scheduled',
    body: SubmitMessage,
    answer: { status: 202, description: 'Accepted; Location names it', schema: AcceptedMessage },
    isIdempotent: true,
    problems: [
      'body.malformed',
      'credit.insufficient',
      'account.not_found',
      'idempotency.mismatch',
      'body.too_large',
      'request.invalid',
      'idempotency.invalid',
      'message.not_gsm7',
      'message.too_long',
      'callback.refused',
    ],
  },
  getMessage: {
    summary: 'A message with its parts and its history',
    answer: { status: 200, description: 'The message', schema: MessageView },
    problems: ['message.not_found'],
  },
  getAccount: {
    summary: 'The credit: granted = available + held + captured',
    answer: { status: 200, description: 'The account', schema: AccountView },
    problems: ['account.not_found'],
  },
  getHealth: {
    summary: 'Is the API alive?',
    answer: { status: 200, description: 'It is', schema: Status },
    problems: [],
  },
  getReadiness: {
    summary: 'Does every dependency answer?',
    answer: {
      status: 200,
      description: 'All do',
      schema: Status.extend({ checks: z.record(z.string(), z.string()) }),
    },
    problems: ['service.not_ready'],
  },
  getOpenApi: {
    summary: 'This document',
    answer: { status: 200, description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) },
    problems: [],
  },
};

/** Codes of one status share an answer. */
const problemAnswers = (codes: readonly ProblemCode[]) =>
  Object.fromEntries(
    [...Map.groupBy(codes, (code) => problems[code].status)].map(([status, some]) => [
      `${status}`,
      {
        description: some.map((code) => `\`${code}\`: ${problems[code].title}. ${problems[code].fix}`).join('\n\n'),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  );

const idempotencyKey = z.string().min(1).max(255).optional().meta({
  description: 'The same key and body give the first answer again for 24 hours, with Idempotent-Replayed: true.',
});

const operationOf = (operation: Operation, path: string, isOpen: boolean): ZodOpenApiOperationObject => {
  const { summary, body, answer, problems: codes, isIdempotent } = described[operation];
  const common: readonly ProblemCode[] = isOpen ? [] : ['auth.unauthorized', 'auth.forbidden'];
  const path_ = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name ?? '', z.string()] as const);
  return {
    operationId: operation,
    summary,
    ...(isOpen ? { security: [] } : {}),
    requestParams: {
      ...(path_.length > 0 ? { path: z.object(Object.fromEntries(path_)) } : {}),
      ...(isIdempotent ? { header: z.object({ 'Idempotency-Key': idempotencyKey }) } : {}),
    },
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      [`${answer.status}` as '200']: {
        description: answer.description,
        content: { 'application/json': { schema: answer.schema } },
      },
      ...problemAnswers([...common, ...codes, 'service.fault']),
    },
  };
};

/** The contract, made from the route table and the schemas that the requests are checked with. */
export const openApiDocument = (): object => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const { method, path, operation, scope } of routes)
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(operation, path, scope === null) };
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Signalbox',
      version: '1',
      description: 'JSON in snake_case, times ISO 8601 UTC, money in integer cents, ids UUID v7. Errors are RFC 9457.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ apiKey: [] }],
    components: { securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } } },
    paths: paths as ZodOpenApiPathsObject,
  });
};
