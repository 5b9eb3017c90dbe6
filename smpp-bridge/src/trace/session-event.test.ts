import { expect, test } from 'vitest';
import { loggedEvent } from './session-event.ts';

test('statuses and commands are logged in words', () => {
  expect(loggedEvent({ type: 'bind-refused', commandStatus: 0x0d, attempt: 2, retryInMs: 900 })).toEqual({
    level: 'warn',
    event: { type: 'bind-refused', status: 'ESME_RBINDFAIL', attempt: 2, retryInMs: 900 },
  });
  expect(loggedEvent({ type: 'unexpected-response', commandId: 0x80000004, sequenceNumber: 7 }).event).toEqual({
    type: 'unexpected-response',
    command: 'submit_sm_resp',
    sequenceNumber: 7,
  });
  expect(loggedEvent({ type: 'request-not-supported', commandId: 0x99 }).event).toMatchObject({
    command: '0x00000099',
  });
});

test('a session that ended says why, and is a warning unless we unbound it', () => {
  expect(loggedEvent({ type: 'session-closed', closed: { reason: 'connection-lost', detail: 'ECONNRESET' } })).toEqual({
    level: 'warn',
    event: { type: 'session-closed', reason: 'connection-lost', detail: 'ECONNRESET' },
  });
  expect(loggedEvent({ type: 'session-closed', closed: { reason: 'unbound' } }).level).toBe('info');
});

test('an open circuit is an error, a living peer is a detail', () => {
  expect(loggedEvent({ type: 'circuit-opened', commandStatus: 0x0e, retryInMs: 1 }).level).toBe('error');
  expect(loggedEvent({ type: 'enquire-link-sent' }).level).toBe('debug');
  expect(loggedEvent({ type: 'connecting', attempt: 1 }).level).toBe('info');
});
