import * as z from 'zod';
import { problems } from '../problems.ts';

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
}

interface Media {
  readonly schema: Json;
  readonly example?: unknown;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}

interface Document {
  readonly security?: readonly object[];
  readonly components?: Readonly<Record<string, Json>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Found {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

type Rule = (found: Found) => readonly (string | false | undefined)[];

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Every schema within a schema, with where it stands. */
const schemasIn = (schema: unknown, at: string): (readonly [string, Json])[] => {
  if (!isObject(schema)) return [];
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema;
  const inner = Object.entries(properties as Json).flatMap(([name, each]) => schemasIn(each, `${at}.${name}`));
  const choices = [anyOf, oneOf, allOf].flatMap((some) => some as unknown[]).flatMap((each) => schemasIn(each, at));
  return [
    [at, schema],
    ...inner,
    ...choices,
    ...schemasIn(items, `${at}[]`),
    ...schemasIn(additionalProperties, `${at}{}`),
  ];
};

const mediaOf = ({ requestBody, responses }: Operation): (readonly [string, Media])[] => [
  ...Object.values(requestBody?.content ?? {}).map((media) => ['body', media] as const),
  ...Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Object.values(content).map((media) => [status, media] as const),
  ),
];

const words: Rule = ({ operation: { operationId = '', summary = '', tags = [] } }) => [
  !/^[a-z][A-Za-z]+$/.test(operationId) && 'has no operationId in camel case',
  !/^[A-Z].*[^.]$/.test(summary) && 'has no summary, or one that ends like a sentence',
  tags.length !== 1 && 'has not one tag',
];

const parameters: Rule = ({ path, operation: { parameters: all = [] } }) => {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const declared = all.filter((each) => each.in === 'path');
  return [
    ...all.map(({ name, description }) => !description && `does not say what its parameter ${name} is`),
    ...named.map((name) => !declared.some((each) => each.name === name && each.required) && `does not declare ${name}`),
    ...declared.map(({ name }) => !named.includes(name) && `declares ${name}, which is not in the path`),
  ];
};

const fields: Rule = ({ operation }) =>
  mediaOf(operation).flatMap(([where, { schema }]) =>
    schemasIn(schema, where).flatMap(([at, { properties = {} }]) =>
      Object.entries(properties as Readonly<Record<string, Json>>).flatMap(([name, field]) => [
        !field.description && `does not say what ${at}.${name} is`,
        !/^[a-z][a-z0-9_]*$/.test(name) && `does not write ${at}.${name} in snake case`,
      ]),
    ),
  );

/** A refusal's status names each code it may have, and every code of the table has one status. */
const refusals: Rule = ({ operation: { responses } }) =>
  Object.entries(responses).flatMap(([status, { description = '', content = {} }]) => {
    if (Number(status) < 400) return [!description && `does not describe ${status}`];
    const codes = [...description.matchAll(/`([a-z_]+\.[a-z0-9_]+)`/g)].map(([, code]) => code ?? '');
    return [
      codes.length === 0 && `does not say which codes ${status} has`,
      ...codes.map(
        (code) =>
          (problems as Readonly<Record<string, { status: number }>>)[code]?.status !== Number(status) &&
          `has ${code} under ${status}`,
      ),
      !('application/problem+json' in content) && `does not answer ${status} as RFC 9457 has it`,
    ];
  });

const whoMayAsk: Rule = ({ operation: { security, responses } }) => {
  const isOpen = security?.length === 0;
  const needed = isOpen ? ['500'] : ['401', '403', '429', '500'];
  return needed.map((status) => !(status in responses) && `does not describe ${status}`);
};

/** Whoever has no key of a client has no idempotency keys either. */
const repetitions: Rule = ({ method, operation: { security, parameters: all = [] } }) => [
  method === 'post' &&
    security?.length !== 0 &&
    !all.some(({ name }) => name === 'Idempotency-Key') &&
    'is a POST without an Idempotency-Key',
];

const examples: Rule = ({ operation }) => [
  ...Object.values(operation.requestBody?.content ?? {}).map(
    ({ example }) => example === undefined && 'has no example',
  ),
  ...mediaOf(operation).map(([where, { schema, example }]) => {
    if (example === undefined) return undefined;
    const { error } = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(example);
    return error && `has an example of ${where} that does not fit: ${z.prettifyError(error)}`;
  }),
];

const rules: readonly Rule[] = [words, parameters, fields, refusals, whoMayAsk, repetitions, examples];

const unused = (document: Document): string[] => {
  const text = JSON.stringify([document.paths, document.components]);
  return Object.entries(document.components ?? {}).flatMap(([kind, all]) =>
    Object.keys(all)
      .filter((name) =>
        kind === 'securitySchemes'
          ? !(document.security ?? []).some((each) => name in each)
          : !text.includes(`"#/components/${kind}/${name}"`),
      )
      .map((name) => `components: nothing uses ${kind}/${name}`),
  );
};

/**
 * What the house style has against an OpenAPI document, one line each; none when it is as it should be. What the route
 * table and the types settle already is not asked again.
 */
export const lintDocument = (given: object): string[] => {
  const document = given as Document;
  const found = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Found => ({ path, method, operation })),
  );
  const ids = Map.groupBy(found, ({ operation }) => operation.operationId);
  const twice = [...ids].filter(([, some]) => some.length > 1).map(([id]) => `${id}: stands twice`);
  const said = found.flatMap((each) =>
    rules.flatMap((rule) => rule(each)).flatMap((fault) => (fault ? [`${each.method} ${each.path} ${fault}`] : [])),
  );
  return [...twice, ...said, ...unused(document)];
};
