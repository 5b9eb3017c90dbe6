import { expect, test } from 'vitest';
import type { OutgoingMessage } from '#shared/adapters/queues.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import { type Outcome, OutcomesReported } from '#shared/contracts/queue-messages.ts';
import { createReporter } from './reporter.ts';
import { toOutcomes } from './to-outcome.ts';

const outcome = (part: number): Outcome => {
  const token = { message_id: MessageId.parse('01a1fd77-b35a-7034-ac02-ae2ff88bcaf3'), attempt: 1, parts: [part] };
  const accepted = { outcome: 'accepted', messageId: `${part}` } as const;
  const [only] = toOutcomes(token, accepted, { now: new Date(), mayRetry: () => true });
  if (!only) throw new Error('A submission of one part has one outcome');
  return only;
};

test('outcomes travel together, and none is reported before it is safe', async () => {
  const sent: OutgoingMessage[] = [];
  const reporter = createReporter('primary', async (messages) => void sent.push(...messages));
  await Promise.all([reporter.report([outcome(1), outcome(2)]), reporter.report([outcome(3)])]);
  expect(sent.map(({ body }) => OutcomesReported.parse(body).outcomes.length)).toEqual([3]);
});

test('a report is tried until it is safe; a single try tells its sender', async () => {
  let faults = 2;
  const reporter = createReporter('primary', async () => {
    if (faults-- > 0) throw new Error('throttled');
  });
  await expect(reporter.reportOnce(outcome(1))).rejects.toThrow('throttled');
  await reporter.report([outcome(1)]);
  expect(faults).toBe(-1);
});
