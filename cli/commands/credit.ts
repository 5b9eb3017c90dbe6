import type { Command } from '../command.ts';
import { given, present, wholeNumber } from './values.ts';

const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;
const movements = ['created_at', 'kind', 'amount_cents', 'balance_cents', 'message_id', 'reason'];

const granting = (name: string, kind: 'top_up' | 'adjustment', summary: string): Command => ({
  name,
  summary,
  needsAdmin: true,
  positionals: ['client', 'cents'],
  options: { reason: { value: 'why', required: true } },
  run: (client, { client: id, cents, reason }) =>
    client.grantCredit({
      path: { id: given(id) },
      body: { kind, amount_cents: wholeNumber('cents', cents) ?? 0, reason: given(reason) },
    }),
});

export const creditCommands: readonly Command[] = [
  {
    name: 'account',
    summary: 'The credit and the limits of the client whose key is used.',
    run: (client) => client.getAccount(),
  },
  {
    name: 'ledger',
    summary: 'Every movement of credit, the newest first.',
    options: page,
    columns: movements,
    run: (client, { limit, cursor }) =>
      client.listLedger({ query: present({ limit: wholeNumber('limit', limit), cursor }) }),
  },
  granting('credits add', 'top_up', 'Give a client credit.'),
  granting('credits adjust', 'adjustment', 'Correct a client’s credit; below zero takes some away: put -- before it.'),
];
