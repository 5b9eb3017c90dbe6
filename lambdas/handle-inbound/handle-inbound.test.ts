import { describe, expect, test } from 'vitest';
import type { Assembly, NewParts } from '#shared/adapters/collect-parts.ts';
import type { Inbound } from '#shared/adapters/receive-and-tell.ts';
import { inboundReceived, inboundTexts } from '../../test/support/mobile-originated.ts';
import { handleInbound } from './handle-inbound.ts';
import { sortInbound } from './sort-inbound.ts';

const long = 'x'.repeat(400);

describe('what comes at once', () => {
  test('is sorted into whole messages, and parts by the message that they are of', () => {
    const one = inboundReceived({ data_hex: '61' });
    const [first, second] = inboundTexts(long);
    const [other] = inboundTexts(long, {}, { reference: 2 });
    if (!first || !second || !other) throw new Error('It is too short');
    const { whole, parts } = sortInbound([second, one, other, first, first]);
    expect(whole).toMatchObject([{ id: one.inbound_id, total: 1, is_assembled: false, parts: [{ data_hex: '61' }] }]);
    expect(parts.map((turns) => turns.map(({ reference, contents }) => [reference, Object.keys(contents)]))).toEqual([
      [[1, ['1', '2']]],
      [[2, ['1']]],
    ]);
    expect(parts[0]?.[0]).toMatchObject({ id: second.inbound_id, scheme: 'udh8', total: 3 });
  });

  test('of two messages under one key is two turns', () => {
    const [first] = inboundTexts(long);
    const [other] = inboundTexts('y'.repeat(400));
    if (!first || !other) throw new Error('It is too short');
    expect(sortInbound([first, other, first]).parts.map((turns) => turns.length)).toEqual([3]);
  });
});

describe('a part', () => {
  const assembly: Assembly = {
    id: '01a1fd77-b35a-7034-ac02-ae2ff88bcaf3',
    provider: 'primary',
    source_addr: '491700000001',
    destination_addr: '12345',
    scheme: 'udh8',
    reference: 1,
    total: 3,
    received_at: new Date('2026-11-21T08:00:00Z'),
    parts: [],
  };

  test('that finds another message in its way is collected again once that is stored as far as it came', async () => {
    const asked: (readonly NewParts[])[] = [];
    const received: (readonly Inbound[])[] = [];
    await handleInbound(inboundTexts(long), {
      collect: async (parts) => {
        asked.push(parts);
        return { whole: [], inTheWay: asked.length === 1 ? [assembly] : [], stored: [] };
      },
      receive: async (inbound) => void received.push(inbound),
      followUp: async () => undefined,
    });
    expect(asked.map((parts) => parts.length)).toEqual([1, 1]);
    expect(received).toMatchObject([[{ id: assembly.id, is_assembled: true, total: 3 }]]);
  });

  test('that is always in the way of another is a fault, and not tried for ever', async () => {
    const handled = handleInbound(inboundTexts(long), {
      collect: async () => ({ whole: [], inTheWay: [assembly], stored: [] }),
      receive: async () => undefined,
      followUp: async () => undefined,
    });
    await expect(handled).rejects.toThrow('in the way');
  });
});
