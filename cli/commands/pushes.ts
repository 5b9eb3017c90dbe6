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
];
