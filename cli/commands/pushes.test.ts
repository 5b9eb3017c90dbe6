import { expect, test } from 'vitest';
import type { Operations } from '../../clients/typescript/src/operations.ts';
import { exportPushes } from './pushes.ts';

type List = Operations['listPushes']['answer'];
type View = Operations['getPush']['answer'];

const pages: Readonly<Record<string, { readonly ids: readonly string[]; readonly next: string | null }>> = {
  first: { ids: ['c', 'b'], next: 'second' },
  second: { ids: ['a'], next: null },
};

test('an export goes on to the last page under the same filters, and fetches each push only when it is its turn', async () => {
  const asked: unknown[] = [];
  const client = {
    listPushes: async ({ query }: Operations['listPushes']['request']) => {
      asked.push(query);
      const page = pages[query?.cursor ?? 'first'];
      return { pushes: (page?.ids ?? []).map((id) => ({ id })), next_cursor: page?.next ?? null } as unknown as List;
    },
    getPush: async ({ path }: Operations['getPush']['request']) => {
      asked.push(path.id);
      return { id: path.id } as View;
    },
  };
  const wanted = { from_time: '2026-11-01T00:00:00Z', to_time: '2026-12-01T00:00:00Z' };
  const told: string[] = [];
  for await (const { id } of exportPushes(client, wanted)) told.push(id);
  expect(told).toEqual(['c', 'b', 'a']);
  const page = { ...wanted, limit: 100 };
  expect(asked).toEqual([page, 'c', 'b', { ...page, cursor: 'second' }, 'a']);
});
