import { expect, test } from 'vitest';
import { emulatedElsewhere, replaceableServices } from './emulated-elsewhere.ts';

const url = 'http://127.0.0.1:4566';
const elsewhere = (environment: Record<string, string>) =>
  replaceableServices.filter((service) => emulatedElsewhere(service, environment));

test('without an address everything is answered here', () => {
  expect(elsewhere({})).toEqual([]);
  expect(elsewhere({ LOCALSTACK_URL: '', LOCALSTACK_SERVICES: 'sqs' })).toEqual([]);
});

test('an address stands for all four services, or for those that are named', () => {
  expect(elsewhere({ LOCALSTACK_URL: url })).toEqual(['sqs', 'dynamodb', 'kms', 'secretsmanager']);
  expect(elsewhere({ LOCALSTACK_URL: url, LOCALSTACK_SERVICES: 'sqs,kms' })).toEqual(['sqs', 'kms']);
  expect(elsewhere({ LOCALSTACK_URL: url, LOCALSTACK_SERVICES: '' })).toEqual([]);
});

test('the address is taken as it is, but for a slash at its end', () => {
  expect(emulatedElsewhere('sqs', { LOCALSTACK_URL: `${url}/` })).toMatchObject({ url });
});
