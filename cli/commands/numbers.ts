import type { Command } from '../command.ts';
import { given, present, wholeNumber } from './values.ts';

const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;

export const numberCommands: readonly Command[] = [
  {
    name: 'numbers create',
    summary: 'Say whose the messages to a number or short code are.',
    needsAdmin: true,
    positionals: ['number'],
    options: { client: { value: 'client' }, provider: { value: 'name' } },
    run: (client, { number, client: owner, provider }) =>
      client.createNumber({ body: present({ number: given(number), client_id: owner, provider }) }),
  },
  {
    name: 'numbers list',
    summary: 'Numbers that telephones can write to, the newest first.',
    needsAdmin: true,
    options: { number: { value: 'beginning' }, client: { value: 'client' }, ...page },
    columns: ['id', 'number', 'provider', 'client_id', 'keyword_count'],
    run: (client, { number, client: owner, limit, cursor }) =>
      client.listNumbers({
        query: present({ number, client_id: owner, limit: wholeNumber('limit', limit), cursor }),
      }),
  },
  {
    name: 'numbers show',
    summary: 'A number with its keywords.',
    needsAdmin: true,
    positionals: ['id'],
    run: (client, { id }) => client.getNumber({ path: { id: given(id) } }),
  },
  {
    name: 'numbers give',
    summary: 'Give a number to another client; without one it is nobody’s.',
    needsAdmin: true,
    positionals: ['id'],
    options: { client: { value: 'client' } },
    run: (client, { id, client: owner }) =>
      client.changeNumber({ path: { id: given(id) }, body: { client_id: owner ?? null } }),
  },
  {
    name: 'numbers remove',
    summary: 'Give a number up.',
    needsAdmin: true,
    positionals: ['id'],
    run: (client, { id }) => client.removeNumber({ path: { id: given(id) } }),
  },
  {
    name: 'keywords set',
    summary: 'Give what begins with a word, on one number, to a client.',
    needsAdmin: true,
    positionals: ['id', 'word', 'client'],
    run: (client, { id, word, client: owner }) =>
      client.changeNumber({ path: { id: given(id) }, body: { keywords: { [given(word)]: given(owner) } } }),
  },
  {
    name: 'keywords remove',
    summary: 'Take a word off a number.',
    needsAdmin: true,
    positionals: ['id', 'word'],
    run: (client, { id, word }) =>
      client.changeNumber({ path: { id: given(id) }, body: { keywords: { [given(word)]: null } } }),
  },
  {
    name: 'inbound list',
    summary: 'Messages from telephones, the newest first.',
    options: { from: { value: 'number' }, to: { value: 'number' }, ...page },
    columns: ['received_at', 'from', 'to', 'command', 'text'],
    run: (client, { from, to, limit, cursor }) =>
      client.listInboundMessages({ query: present({ from, to, limit: wholeNumber('limit', limit), cursor }) }),
  },
];
