import type { Command } from '../command.ts';
import { given, present, wholeNumber } from './values.ts';

const page = { limit: { value: '1-100' }, cursor: { value: 'cursor' } } as const;

export const casCommands: readonly Command[] = [
  {
    name: 'cas request',
    summary: 'Hand over what a subscriber texted: ACT 1234567897 SPORT*3.',
    positionals: ['sender', 'message'],
    run: (client, { sender, message }) =>
      client.submitCasRequest({ body: { sender: given(sender), message: given(message) } }),
  },
  {
    name: 'cas requests',
    summary: 'Requests of subscribers, the newest first.',
    options: { sender: { value: 'number' }, ...page },
    columns: ['received_at', 'id', 'status', 'sender', 'verdict', 'response'],
    run: (client, { sender, limit, cursor }) =>
      client.listCasRequests({ query: present({ sender, limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'cas show',
    summary: 'A request, its answer and its EMMs.',
    positionals: ['request'],
    run: (client, { request }) => client.getCasRequest({ path: { id: given(request) } }),
  },
  {
    name: 'cas emms',
    summary: 'EMMs, the newest first.',
    options: { device: { value: 'card|group' }, ...page },
    columns: ['created_at', 'id', 'status', 'class', 'device', 'kind', 'revision', 'epoch', 'expires_at'],
    run: (client, { device, limit, cursor }) =>
      client.listEmms({ query: present({ device, limit: wholeNumber('limit', limit), cursor }) }),
  },
  {
    name: 'cas epochs',
    summary: 'The epochs of the keys, the newest first.',
    columns: ['epoch', 'state', 'emms_on_air', 'delivered_at', 'activated_at', 'retired_at'],
    run: (client) => client.listKeyEpochs(),
  },
];
