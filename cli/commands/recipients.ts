import type { Command } from '../command.ts';
import { given, present, wholeNumber } from './values.ts';

const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;

export const recipientCommands: readonly Command[] = [
  {
    name: 'opt-outs list',
    summary: 'Numbers that want no messages from this client.',
    options: page,
    columns: ['msisdn', 'source', 'created_at'],
    run: (client, { limit, cursor }) =>
      client.listOptOuts({ query: present({ limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'opt-outs add',
    summary: 'Send nothing more to a number.',
    positionals: ['number'],
    run: (client, { number }) => client.putOptOut({ path: { msisdn: given(number) } }),
  },
  {
    name: 'opt-outs remove',
    summary: 'Let messages to a number through again.',
    positionals: ['number'],
    run: (client, { number }) => client.deleteOptOut({ path: { msisdn: given(number) } }),
  },
  {
    name: 'recipients erase',
    summary: 'Forget a recipient: texts and number leave, history and ledger stay without them.',
    positionals: ['number'],
    run: (client, { number }) => client.eraseRecipient({ path: { msisdn: given(number) } }),
  },
  {
    name: 'callbacks list',
    summary: 'Callbacks, the newest first.',
    options: { state: { value: 'PENDING|DELIVERED|FAILED' }, ...page },
    columns: ['created_at', 'id', 'type', 'state', 'attempt', 'last_status', 'last_error'],
    run: (client, { state, limit, cursor }) =>
      client.listCallbacks({
        query: present({ state: state as 'FAILED' | undefined, limit: wholeNumber('limit', limit), cursor }),
      }),
  },
  {
    name: 'callbacks replay',
    summary: 'Make a callback once more.',
    positionals: ['callback'],
    run: (client, { callback }) => client.replayCallback({ path: { id: given(callback) } }),
  },
];
