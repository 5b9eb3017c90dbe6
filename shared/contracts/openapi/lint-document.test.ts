import { expect, test } from 'vitest';
import { openApiDocument } from './document.ts';
import { fieldWords } from './field-words.ts';
import { lintDocument } from './lint-document.ts';

test('the contract is as the house style has it', () => {
  expect(lintDocument(openApiDocument())).toEqual([]);
});

test('every word for a field is used', () => {
  const document = JSON.stringify(openApiDocument());
  const unused = Object.entries(fieldWords).filter(([, words]) => !document.includes(JSON.stringify(words)));
  expect(unused).toEqual([]);
});

const operation = {
  operationId: 'Get thing',
  parameters: [{ name: 'other', in: 'path' }],
  requestBody: {
    content: {
      'application/json': {
        schema: { type: 'object', properties: { sizeOf: { type: 'integer' } } },
        example: { sizeOf: 'x' },
      },
    },
  },
  responses: {
    200: {},
    404: { description: 'Not there' },
    409: { description: '`message.not_found`: no', content: { 'application/problem+json': { schema: {} } } },
  },
};

test.each([
  'stands twice',
  'post /things/{id} has no operationId in camel case',
  'post /things/{id} has no summary, or one that ends like a sentence',
  'post /things/{id} has not one tag',
  'post /things/{id} does not say what its parameter other is',
  'post /things/{id} does not declare id',
  'post /things/{id} declares other, which is not in the path',
  'post /things/{id} does not say what body.sizeOf is',
  'post /things/{id} does not write body.sizeOf in snake case',
  'post /things/{id} does not describe 200',
  'post /things/{id} does not say which codes 404 has',
  'post /things/{id} does not answer 404 as RFC 9457 has it',
  'post /things/{id} has message.not_found under 409',
  'post /things/{id} does not describe 429',
  'post /things/{id} is a POST without an Idempotency-Key',
  'post /things/{id} has an example of body that does not fit',
  'get /things/{id} has no example',
  'components: nothing uses schemas/Thing',
  'components: nothing uses securitySchemes/key',
])('a fault is found: %s', (fault) => {
  const { example: _example, ...media } = operation.requestBody.content['application/json'];
  const withoutExample = { ...operation, requestBody: { content: { 'application/json': media } } };
  const found = lintDocument({
    paths: { '/things/{id}': { post: operation, get: withoutExample } },
    components: { schemas: { Thing: {} }, securitySchemes: { key: {} } },
  });
  expect(found.filter((each) => each.includes(fault))).not.toEqual([]);
});
