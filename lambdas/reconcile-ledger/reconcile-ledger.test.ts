import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding } from '#shared/domain/invariants/finding.ts';
import { type Books, reconcileLedger, type Window, windowsAt } from './reconcile-ledger.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const hourMs = 3_600_000;

const finding = (rule: string, messageId: string | null = null): Finding => ({
  rule,
  subject: messageId === null ? 'client' : 'message',
  id: messageId ?? 'client-1',
  messageId,
  problem: 'it does not add up',
});

const booksWith = (all: readonly Finding[], ofMessages: readonly Finding[] = []) => {
  const windows: Window[] = [];
  const books: Books = {
    checkAll: async () => [...all],
    checkMessages: async (window) => (windows.push(window) === 1 ? [...ofMessages] : []),
    timelines: async (ids) => new Map(ids.map((id) => [id, [`the history of ${id}`]])),
  };
  return { books, windows };
};

test('books that balance are counted as none unreconciled and none stuck', async () => {
  const { books } = booksWith([]);
  expect(await reconcileLedger(books, now)).toEqual({ unreconciled: 0, stuck: 0, findings: [] });
});

test('what is wrong with money and what stands still are counted apart, each with its history', async () => {
  const { books } = booksWith(
    [finding('money/balanced'), finding('message/next-step', 'message-1')],
    [finding('money/moved-once', 'message-2')],
  );
  const { unreconciled, stuck, findings } = await reconcileLedger(books, now);
  expect({ unreconciled, stuck }).toEqual({ unreconciled: 2, stuck: 1 });
  expect(findings.map(({ timeline }) => timeline)).toEqual([
    [],
    ['the history of message-1'],
    ['the history of message-2'],
  ]);
});

test('every message is looked at as it was accepted, a day later, and once nothing can be open', () => {
  const ages = [0, 24, 11 * 24];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: hourMs - 1 }), (offset) => {
      const accepted = now.getTime() + offset;
      const runs = Array.from({ length: 12 * 24 }, (_, hour) => now.getTime() + (hour + 1) * hourMs);
      const looks = runs.filter((run) =>
        windowsAt(new Date(run)).some(({ from, until }) => from.getTime() <= accepted && accepted < until.getTime()),
      );
      expect(looks.map((run) => Math.floor((run - accepted) / hourMs))).toEqual(ages.flatMap((age) => [age, age + 1]));
    }),
  );
});
