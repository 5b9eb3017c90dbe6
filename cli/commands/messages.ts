import type { Command } from '../command.ts';
import { given, present, wholeNumber } from './values.ts';

type Priority = 'high' | 'normal' | 'bulk';

const content = {
  from: { value: 'sender' },
  priority: { value: 'high|normal|bulk' },
  at: { value: 'time' },
  reference: { value: 'reference' },
} as const;

const submission = ({ to, text, from, priority, at, reference }: Readonly<Record<string, string | undefined>>) =>
  present({
    to: given(to),
    text: given(text),
    from,
    priority: priority as Priority | undefined,
    send_at: at,
    reference,
  });

export const messageCommands: readonly Command[] = [
  {
    name: 'messages send',
    summary: 'Send a text.',
    positionals: ['to', 'text'],
    options: content,
    run: (client, words) => client.submitMessage({ body: submission(words) }),
  },
  {
    name: 'messages quote',
    summary: 'What sending a text would come to: parts, price, and what would be refused.',
    positionals: ['to', 'text'],
    options: content,
    run: (client, words) => client.submitMessage({ body: { ...submission(words), dry_run: true } }),
  },
  {
    name: 'messages list',
    summary: 'Messages, the newest first.',
    options: {
      status: { value: 'DELIVERED' },
      to: { value: 'number' },
      reference: { value: 'reference' },
      limit: { value: '1-100' },
      cursor: { value: 'cursor' },
    },
    columns: ['created_at', 'id', 'status', 'to', 'parts', 'cost_cents', 'reference', 'error'],
    run: (client, { status, to, reference, limit, cursor }) =>
      client.listMessages({
        query: present({
          status: status as 'DELIVERED' | undefined,
          to,
          reference,
          limit: wholeNumber('limit', limit),
          cursor,
        }),
      }),
  },
  {
    name: 'messages show',
    summary: 'A message with its parts and its history.',
    positionals: ['message'],
    run: (client, { message }) => client.getMessage({ path: { id: given(message) } }),
  },
  {
    name: 'messages cancel',
    summary: 'Cancel what is scheduled or queued; its credit comes back.',
    positionals: ['message'],
    run: (client, { message }) => client.cancelMessage({ path: { id: given(message) } }),
  },
  {
    name: 'trace',
    summary: 'The story of a message: requests, PDUs, receipts, money and callbacks by time.',
    positionals: ['message'],
    columns: ['at', 'source', 'what'],
    run: (client, { message }) => client.getMessageTimeline({ path: { id: given(message) } }),
  },
];
