import { expect, test } from 'vitest';
import type { Cancelled } from '#shared/adapters/cancel-message.ts';
import type { MessageView } from '#shared/contracts/messages.ts';
import { apiRequest } from '../../../test/support/api-request.ts';
import { createCancelMessage } from './cancel-message.ts';

const id = '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3';

const ask = (answer: Cancelled, asked: string | undefined = id) => {
  const told: object[] = [];
  const cancel = createCancelMessage({
    cancelMessage: async (given) => {
      told.push(given);
      return answer;
    },
    readMessage: async () => ({ id, status: 'CANCELLED' }) as MessageView,
  });
  const said = cancel(apiRequest({ method: 'DELETE', route: '/v1/messages/{id}', pathParameters: { id: asked } }));
  return { told, said };
};

test('what is cancelled is shown as it stands then', async () => {
  const { told, said } = ask({ outcome: 'cancelled' });
  expect(await said).toMatchObject({ status: 200, body: { id, status: 'CANCELLED' } });
  expect(told).toEqual([{ clientId: '01a1fd77-b033-76ea-943c-c564809ad38f', id, correlationId: 'request-1' }]);
});

test('what is too late to cancel is refused with the state it is in', async () => {
  const refusal = (state: 'SENDING' | 'QUEUED') => ask({ outcome: 'too-late', state }).said;
  expect(await refusal('SENDING')).toMatchObject({ code: 'message.not_cancellable', detail: 'It is SENDING.' });
  expect(await refusal('QUEUED')).toMatchObject({
    detail: 'It is QUEUED again, after an attempt that was given back.',
  });
});

test('an id that cannot be one, and one that is not there, look the same', async () => {
  expect(await ask({ outcome: 'not-found' }).said).toMatchObject({ code: 'message.not_found' });
  for (const none of ['x', '', '00000000-0000-4000-8000-000000000000']) {
    const { told, said } = ask({ outcome: 'cancelled' }, none);
    expect(await said).toMatchObject({ code: 'message.not_found' });
    expect(told).toEqual([]);
  }
});
