import type { Command } from '../command.ts';
import { given, present, wholeNumber, words } from './values.ts';

const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;

export const clientCommands: readonly Command[] = [
  {
    name: 'clients create',
    summary: 'Make a client. Money is in cents.',
    needsAdmin: true,
    options: {
      name: { value: 'name', required: true },
      price: { value: 'cents a part' },
      credit: { value: 'cents' },
      sender: { value: 'default sender' },
      senders: { value: 'a,b' },
      countries: { value: 'DE,FR' },
      cap: { value: 'cents a day' },
      languages: { value: 'hi,tr' },
    },
    run: (client, { name, price, credit, sender, senders, countries, cap, languages }) =>
      client.createClient({
        body: present({
          name: given(name),
          part_price_cents: wholeNumber('price', price) ?? 5,
          credit_cents: wholeNumber('credit', credit),
          default_sender: sender,
          allowed_senders: words(senders),
          allowed_countries: words(countries),
          daily_spend_cap_cents: wholeNumber('cap', cap),
          national_languages: words(languages) as 'hi'[] | undefined,
        }),
      }),
  },
  {
    name: 'clients list',
    summary: 'Clients, the newest first.',
    needsAdmin: true,
    options: { name: { value: 'beginning' }, ...page },
    columns: ['id', 'name', 'available_cents', 'part_price_cents', 'suspended_at'],
    run: (client, { name, limit, cursor }) =>
      client.listClients({ query: present({ name, limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'clients show',
    summary: 'A client with all its settings.',
    needsAdmin: true,
    positionals: ['client'],
    run: (client, { client: id }) => client.getClient({ path: { id: given(id) } }),
  },
  {
    name: 'clients suspend',
    summary: 'Refuse everything the client asks, within a minute.',
    needsAdmin: true,
    positionals: ['client'],
    run: (client, { client: id }) => client.suspendClient({ path: { id: given(id) } }),
  },
  {
    name: 'clients resume',
    summary: 'Let a suspended client ask again.',
    needsAdmin: true,
    positionals: ['client'],
    run: (client, { client: id }) => client.resumeClient({ path: { id: given(id) } }),
  },
  {
    name: 'keys create',
    summary: 'Issue an API key. It is shown once.',
    needsAdmin: true,
    positionals: ['client'],
    options: {
      name: { value: 'name', required: true },
      scopes: { value: 'messages:read,messages:write' },
      test: { value: 'yes' },
    },
    run: (client, { client: id, name, scopes, test }) =>
      client.createApiKey({
        path: { id: given(id) },
        body: {
          name: given(name),
          scopes: (words(scopes) ?? ['messages:read', 'messages:write']) as 'messages:read'[],
          is_test: test === 'yes',
        },
      }),
  },
  {
    name: 'keys list',
    summary: 'The keys of a client, without what is secret of them.',
    needsAdmin: true,
    positionals: ['client'],
    options: page,
    columns: ['id', 'name', 'scopes', 'is_test', 'expires_at', 'revoked_at'],
    run: (client, { client: id, limit, cursor }) =>
      client.listApiKeys({ path: { id: given(id) }, query: present({ limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'keys rotate',
    summary: 'Issue another key in place of this one, which goes on to work for a while.',
    needsAdmin: true,
    positionals: ['client', 'key'],
    options: { overlap: { value: 'seconds' } },
    run: (client, { client: id, key, overlap }) =>
      client.rotateApiKey({
        path: { id: given(id), key_id: given(key) },
        body: present({ overlap_seconds: wholeNumber('overlap', overlap) }),
      }),
  },
  {
    name: 'keys revoke',
    summary: 'Refuse a key from now on, everywhere within a minute.',
    needsAdmin: true,
    positionals: ['client', 'key'],
    run: (client, { client: id, key }) => client.revokeApiKey({ path: { id: given(id), key_id: given(key) } }),
  },
  {
    name: 'audit',
    summary: 'What was done with the admin scope, the newest first.',
    needsAdmin: true,
    options: { subject: { value: 'subject' }, action: { value: 'action' }, ...page },
    columns: ['at', 'action', 'subject', 'actor_key_id', 'detail'],
    run: (client, { subject, action, limit, cursor }) =>
      client.listAudit({ query: present({ subject, action, limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'dead-letters',
    summary: 'How many messages lie in each dead-letter queue.',
    needsAdmin: true,
    columns: ['queue', 'messages'],
    run: (client) => client.listDeadLetters(),
  },
];
