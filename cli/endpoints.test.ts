import { expect, test } from 'vitest';
import { endpointsOf } from './endpoints.ts';

const local = () => ({ api_url: 'http://local', api_key: 'client', admin_api_key: 'admin' });
const of = (
  given: { url?: string; key?: string },
  needsAdmin = false,
  environment = {},
  running = local as () => ReturnType<typeof local> | undefined,
) => endpointsOf({ ...given, json: false }, needsAdmin, environment, running);

test('what was typed wins over the environment, and that over the local run', () => {
  const environment = { SIGNALBOX_URL: 'http://env', SIGNALBOX_API_KEY: 'env' };
  expect(of({ url: 'http://typed', key: 'k' }, false, environment)).toEqual({ url: 'http://typed', apiKey: 'k' });
  expect(of({}, false, environment)).toEqual({ url: 'http://env', apiKey: 'env' });
  expect(of({})).toEqual({ url: 'http://local', apiKey: 'client' });
  expect(of({}, true)).toEqual({ url: 'http://local', apiKey: 'admin' });
});

test('the local key is never sent to another address', () => {
  expect(() => of({ url: 'http://typed' })).toThrow('--key or SIGNALBOX_API_KEY');
});

test('nothing at all says what to give', () => {
  expect(() => of({}, false, {}, () => undefined)).toThrow(/--url or SIGNALBOX_URL, and --key .* `npm start`/);
});
