import { expect, test } from 'vitest';
import type { OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { signCallback } from '#shared/domain/callback-signature.ts';
import type { ApiRequest } from '../api-request.ts';
import { createReceiveReceipts } from './receive-receipts.ts';

const now = new Date('2026-11-21T08:00:00Z');
const seconds = now.getTime() / 1000;

const ask = async (body: string, { provider = 'web', key = 'signing-key', at = seconds, header = '' } = {}) => {
  const reported: OutcomesReported[] = [];
  const handle = createReceiveReceipts({
    signingKey: async (name) => (name === 'web' ? 'signing-key' : null),
    report: async (one) => void reported.push(one),
    now: () => now,
  });
  const request: ApiRequest = {
    requestId: 'r',
    caller: null,
    method: 'POST',
    route: '/v1/receipts/{provider}',
    pathParameters: { provider },
    query: {},
    headers: { 'signalbox-signature': header || signCallback({ body, at, secrets: [key] }) },
    body,
  };
  return { said: await handle(request), reported };
};

const receipt = { message_id: 'web-1', to: '+491700000009', state: 'DELIVERED' };
const body = JSON.stringify({ receipts: [receipt, { ...receipt, message_id: 'web-2', state: 'REJECTED' }] });

test('signed receipts are queued as what the provider said', async () => {
  const { said, reported } = await ask(body);
  expect(said).toMatchObject({ outcome: 'answered', status: 202, body: { received: 2 } });
  expect(reported).toMatchObject([
    {
      provider: 'web',
      outcomes: [
        {
          smsc_message_id: 'web-1',
          recipient: '491700000009',
          state: 'DELIVERED',
          error_code: null,
          at: now.toISOString(),
        },
        { smsc_message_id: 'web-2', state: 'REJECTED' },
      ],
    },
  ]);
});

test.each([
  ['another key', { key: 'other' }],
  ['an old time', { at: seconds - 301 }],
  ['a provider that does not exist', { provider: 'nobody' }],
  ['a name that cannot be one', { provider: '../web' }],
  ['a header that is no signature', { header: 't=1,v1=zz' }],
])('nothing is taken with %s, and the answer is the same', async (_, given) => {
  const { said, reported } = await ask(body, given);
  expect(said).toMatchObject({ outcome: 'refused', code: 'receipt.signature', detail: 'It is not taken.' });
  expect(reported).toEqual([]);
});

test.each([
  ['{}', 'request.invalid'],
  ['{"receipts": [{"message_id": "", "to": "1", "state": "DELIVERED"}]}', 'request.invalid'],
  ['{', 'body.malformed'],
])('a signed body that is none of ours is refused: %s', async (wrong, code) => {
  expect((await ask(wrong)).said).toMatchObject({ outcome: 'refused', code });
});
