import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage, encodeMessage } from '#shared/domain/simulcrypt/codec.ts';
import { errorStatuses, type SimulcryptMessage } from '#shared/domain/simulcrypt/messages.ts';
import { isMisconfigured, retryDelayMs } from './backoff.ts';
import { createMuxSession, type MuxFailure, type MuxSessionSettings } from './mux-session.ts';

const path = new URL('../../../../shared/vectors/simulcrypt.json', import.meta.url);
const hasVectors = existsSync(path);
const named = (name: string) =>
  `${name}${hasVectors ? '' : ' (not run: ../shared/vectors/simulcrypt.json is missing)'}`;

const settings: MuxSessionSettings = {
  client_id: 0x0b000001,
  channel_id: 1,
  stream_id: 1,
  data_id: 1,
  mode: 'section',
  bandwidth_kbit_s: 200,
  negotiates: true,
  answerMs: 1_000,
  quietMs: 5_000,
};
const channel = { client_id: settings.client_id, data_channel_id: 1 };
const stream = { ...channel, data_stream_id: 1 };
const channelStatus = { message: 'channel_status', ...channel, section_TSpkt_flag: 0 } as const;
const streamStatus = { message: 'stream_status', ...stream, data_id: 1, data_type: 0 } as const;
const allocation = (bandwidth?: number) =>
  ({ message: 'stream_BW_allocation', ...stream, ...(bandwidth !== undefined && { bandwidth }) }) as const;

const start = (given: Partial<MuxSessionSettings> = {}) => {
  const sent: SimulcryptMessage[] = [];
  const allocated: number[] = [];
  const ended: (MuxFailure | null)[] = [];
  const session = createMuxSession(
    { ...settings, ...given },
    {
      send: (message) => void sent.push(message),
      allocated: (kbitS) => void allocated.push(kbitS),
      ended: (failure) => void ended.push(failure),
      complained: () => undefined,
    },
  );
  session.open(0);
  return { session, sent, allocated, ended, last: () => sent.at(-1)?.message };
};

const startProviding = (given: Partial<MuxSessionSettings> = {}) => {
  const started = start(given);
  for (const message of [channelStatus, streamStatus, allocation(100)]) started.session.received(message, 0);
  return started;
};

test.skipIf(!hasVectors)(named('the conversation is the one of the vectors, octet by octet'), () => {
  const { conversation } = JSON.parse(readFileSync(path, 'utf8')) as {
    conversation: { dir: string; hex: string; name: string }[];
  };
  const { session, sent } = start();
  const expected = conversation.filter(({ dir }) => dir === 'EMMG>MUX').map(({ hex }) => hex);
  const provision = expected.find((hex) => hex.startsWith('030211')) ?? '';
  for (const { dir, hex, name } of conversation) {
    if (name === 'data_provision') sent.push(decodeMessage(Buffer.from(hex, 'hex')).message);
    if (name === 'stream_close_request') session.close(0);
    if (dir === 'MUX>EMMG') session.received(decodeMessage(Buffer.from(hex, 'hex')).message, 0);
  }
  expect(provision).not.toBe('');
  expect(sent.map((message) => encodeMessage(3, message).toString('hex'))).toEqual(expected);
});

describe('a session', () => {
  test('provides what is allocated, never more than it asked for, and nothing once it is over', () => {
    const { session, allocated } = startProviding();
    session.received(allocation(300), 0);
    session.received(allocation(0), 0);
    session.received(allocation(), 0);
    session.received({ message: 'channel_close', ...channel }, 0);
    expect(allocated).toEqual([100, 200, 0, 200, 0]);
  });

  test('ends with what refused it, and what was refused', () => {
    const { session, ended } = start();
    session.received({ message: 'channel_error', ...channel, error_status: [0x0e], error_information: [] }, 0);
    expect(ended).toEqual([{ kind: 'refused', during: 'channel_setup', statuses: [0x0e] }]);
    expect(session.state).toBe('over');
  });

  test('does not wait for ever, for any answer', () => {
    const { session, ended } = start();
    session.tick(999);
    expect(ended).toEqual([]);
    session.received(channelStatus, 999);
    session.tick(1_998);
    expect(ended).toEqual([]);
    session.tick(1_999);
    expect(ended).toEqual([{ kind: 'timeout', during: 'stream_setup' }]);
  });

  test('asks a MUX that has been quiet whether it is there, and leaves one that is not', () => {
    const { session, ended, last } = startProviding();
    session.tick(5_000);
    expect(last()).toBe('channel_test');
    session.received(channelStatus, 5_100);
    session.tick(10_099);
    expect(session.state).toBe('providing');
    session.tick(10_100);
    session.tick(11_100);
    expect(ended).toEqual([{ kind: 'timeout', during: 'channel_test' }]);
  });

  test('does without bandwidth requests where they were agreed to be left out', () => {
    const { session, allocated, last } = start({ negotiates: false });
    session.received(channelStatus, 0);
    session.received(streamStatus, 0);
    expect([last(), allocated]).toEqual(['stream_setup', [200]]);
    session.request(50, 0);
    expect(allocated).toEqual([200, 50]);
  });

  test('answers a stream that is closed by the MUX, and says what it does not know', () => {
    const { session, ended, sent, last } = startProviding();
    session.received({ message: 'stream_test', ...stream, data_stream_id: 9 }, 0);
    expect(sent.at(-1)).toMatchObject({ message: 'channel_error', error_status: [5] });
    session.misunderstood('message_type');
    expect(sent.at(-1)).toMatchObject({ error_status: [errorStatuses.unknown_message_type] });
    session.received({ message: 'stream_close_request', ...stream }, 0);
    expect([last(), ended]).toEqual(['stream_close_response', [{ kind: 'closed-by-mux' }]]);
  });

  test('answers no error with an error', () => {
    const { session, sent } = startProviding();
    const before = sent.length;
    const exceeded = { error_status: [errorStatuses.exceeded_bandwidth], error_information: [] };
    session.received({ message: 'stream_error', ...stream, data_stream_id: 7, ...exceeded }, 0);
    session.received({ message: 'channel_error', ...channel, ...exceeded }, 0);
    expect(sent).toHaveLength(before);
  });
});

test('waits are jittered in full and grow to a ceiling; for what is configured they are long', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const delay = retryDelayMs(attempt, { kind: 'unreachable' }, random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(30_000, 500 * 2 ** (attempt - 1)));
      },
    ),
  );
  const unknown = { kind: 'refused', during: 'channel_setup', statuses: [errorStatuses.unknown_client_id] } as const;
  expect(isMisconfigured(unknown)).toBe(true);
  expect(retryDelayMs(1, unknown, 0)).toBe(15_000);
});
