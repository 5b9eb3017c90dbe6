import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { Problem, type ProblemCode, problems } from '../problems.ts';
import { type Operation, type Route, routes } from '../routes.ts';
import { describedAdmin } from './admin.ts';
import { describedCallbacks } from './callbacks.ts';
import { describedCards } from './cards.ts';
import { describedCarousels } from './carousels.ts';
import { describedCas } from './cas.ts';
import { describedCasAdmin } from './cas-admin.ts';
import { describedCredit } from './credit.ts';
import type { Described } from './described.ts';
import { describeFields, pathWords } from './field-words.ts';
import { describedInbound } from './inbound.ts';
import { describedMessages } from './messages.ts';
import { describedPushes } from './pushes.ts';
import { describedReceipts } from './receipts.ts';
import { describedRecipients } from './recipients.ts';
import { describedRouting } from './routing.ts';
import { describedService } from './service.ts';

const described: Readonly<Record<Operation, Described>> = {
  ...describedMessages,
  ...describedPushes,
  ...describedCards,
  ...describedCredit,
  ...describedCallbacks,
  ...describedReceipts,
  ...describedRecipients,
  ...describedInbound,
  ...describedCas,
  ...describedCarousels,
  ...describedCasAdmin,
  ...describedAdmin,
  ...describedRouting,
  ...describedService,
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

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .meta({
    description: 'The same key and body give the first answer again for 24 hours, with Idempotent-Replayed: true.',
  });

const xmlContent = (description: string, example?: string) => ({
  'application/xml': { schema: z.string().meta({ description }), ...(example === undefined ? {} : { example }) },
});

const contentOf = ({ schema, contentType = 'application/json', example, xmlRoot }: Described['answers'][number]) =>
  schema
    ? {
        content: {
          [contentType]: { schema, ...(example === undefined ? {} : { example }) },
          ...(xmlRoot === undefined
            ? {}
            : xmlContent(`The element \`${xmlRoot}\` of docs/push.xsd: the same members.`)),
        },
      }
    : {};

const bodyOf = ({ body, example, contentType = 'application/json', xmlExample }: Described) =>
  body
    ? {
        requestBody: {
          required: true,
          content: {
            [contentType]: { schema: body, ...(example === undefined ? {} : { example }) },
            ...(xmlExample === undefined ? {} : xmlContent('The element `push` of docs/push.xsd.', xmlExample)),
          },
        },
      }
    : {};

const operationOf = ({ path, operation, scope }: Route & { operation: Operation }): ZodOpenApiOperationObject => {
  const words = described[operation];
  const common: readonly ProblemCode[] = scope === null ? [] : ['auth.unauthorized', 'auth.forbidden', 'rate.exceeded'];
  const asked: readonly ProblemCode[] = words.body
    ? [
        'body.malformed',
        'body.too_large',
        'request.invalid',
        ...(words.isIdempotent ? (['idempotency.invalid'] as const) : []),
      ]
    : [];
  const names = [...path.matchAll(/([\w-]+)\/\{(\w+)\}/g)].map(
    ([, of, name = '']) => [name, z.string().meta({ description: pathWords[`${of}/${name}`] })] as const,
  );
  return {
    operationId: operation,
    summary: words.summary,
    tags: [words.tag],
    ...(scope === null ? { security: [] } : { description: `Scope: \`${scope}\`` }),
    requestParams: {
      ...(names.length > 0 ? { path: z.object(Object.fromEntries(names)) } : {}),
      ...(words.query ? { query: words.query } : {}),
      ...(words.isIdempotent ? { header: z.object({ 'Idempotency-Key': idempotencyKey }) } : {}),
    },
    ...bodyOf(words),
    responses: {
      ...Object.fromEntries(
        words.answers.map((each) => [`${each.status}`, { description: each.description, ...contentOf(each) }]),
      ),
      ...problemAnswers([...new Set([...common, ...asked, ...words.problems, 'service.fault' as const])]),
    },
  };
};

/** The contract, made from the route table and the schemas that the requests are checked with. */
export const openApiDocument = (): object => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Signalbox',
      version: '1',
      description: 'JSON in snake_case, times ISO 8601 UTC, money in integer cents, ids UUID v7. Errors are RFC 9457.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ apiKey: [] }, { bearer: [] }],
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
    paths: paths as ZodOpenApiPathsObject,
  });
  return describeFields(document) as object;
};
