import type { SignalboxClient } from '../../clients/typescript/src/create-client.ts';
import type { Operations } from '../../clients/typescript/src/operations.ts';
import type { Command } from '../command.ts';
import { given, present, wholeNumber, words } from './values.ts';

const content = {
  por: { value: 'none|on_error|always' },
  priority: { value: 'high|normal|bulk' },
  reference: { value: 'reference' },
} as const;

/** A card by its ICCID, which is longer than any number. */
const cardOf = (text: string): { readonly iccid: string } | { readonly to: string } =>
  /^\d{18,20}$/.test(text) ? { iccid: text } : { to: text };

const submission = ({ card, tar, apdus, por, priority, reference }: Readonly<Record<string, string | undefined>>) => ({
  ...cardOf(given(card)),
  ...present({
    tar: given(tar),
    apdus: words(apdus) ?? [],
    por: por as 'always' | undefined,
    priority: priority as 'normal' | undefined,
    reference,
  }),
});

type Wanted = NonNullable<Operations['listPushes']['request']['query']>;

/** Every push that is wanted with its whole trace, the newest first, a page at a time. */
export async function* exportPushes(
  client: Pick<SignalboxClient, 'listPushes' | 'getPush'>,
  wanted: Wanted,
): AsyncGenerator<Operations['getPush']['answer']> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Operations['listPushes']['answer'] = await client.listPushes({
      query: present({ ...wanted, limit: 100, cursor }),
    });
    for (const { id } of page.pushes) yield await client.getPush({ path: { id } });
    cursor = page.next_cursor;
  }
}

export const pushCommands: readonly Command[] = [
  {
    name: 'pushes send',
    summary: 'Push commands, with commas between them, to a card: its ICCID, or its number.',
    positionals: ['card', 'tar', 'apdus'],
    options: content,
    run: (client, typed) => client.submitPush({ body: submission(typed) }),
  },
  {
    name: 'pushes plan',
    summary: 'The packet that a push would be, without sending it.',
    positionals: ['card', 'tar', 'apdus'],
    options: content,
    run: (client, typed) => client.submitPush({ body: { ...submission(typed), dry_run: true } }),
  },
  {
    name: 'pushes list',
    summary: 'Pushes, the newest first.',
    options: {
      status: { value: 'SUCCEEDED' },
      iccid: { value: 'iccid' },
      limit: { value: '1-100' },
      cursor: { value: 'cursor' },
    },
    columns: ['created_at', 'id', 'status', 'iccid', 'tar', 'parts', 'error'],
    run: (client, { status, iccid, limit, cursor }) =>
      client.listPushes({
        query: present({
          status: status as 'SUCCEEDED' | undefined,
          iccid,
          limit: wholeNumber('limit', limit),
          cursor,
        }),
      }),
  },
  {
    name: 'pushes show',
    summary: 'A push with its whole trace, and what the card answered.',
    positionals: ['push'],
    run: (client, { push }) => client.getPush({ path: { id: given(push) } }),
  },
  {
    name: 'pushes trace',
    summary: 'The story of a push: request, HSM, short messages, receipts and the answer of the card.',
    positionals: ['push'],
    columns: ['at', 'source', 'what'],
    run: async (client, { push }) => {
      const { trace } = await client.getPush({ path: { id: given(push) } });
      return { trace };
    },
  },
  {
    name: 'pushes export',
    summary: 'Every push of a span of time with its whole trace, a line of JSON each: for audit and reconciliation.',
    options: {
      from: { value: 'time', required: true },
      to: { value: 'time', required: true },
      status: { value: 'SUCCEEDED' },
      iccid: { value: 'iccid' },
    },
    run: async (client, { from, to, status, iccid }) =>
      exportPushes(client, present({ from_time: from, to_time: to, status: status as 'SUCCEEDED' | undefined, iccid })),
  },
];
