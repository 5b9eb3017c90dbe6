import {
  ChangeNumber,
  CreateNumber,
  InboundList,
  ListInbound,
  ListNumbers,
  NumberList,
  NumberView,
} from '../inbound.ts';
import type { DescribedOperations } from './described.ts';

export const describedInbound: DescribedOperations<
  'createNumber' | 'listNumbers' | 'getNumber' | 'changeNumber' | 'removeNumber' | 'listInboundMessages'
> = {
  listInboundMessages: {
    summary: 'Messages that telephones have sent to your numbers and keywords, the newest first',
    tag: 'Messages',
    query: ListInbound,
    answers: [{ status: 200, description: 'A page of them', schema: InboundList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  createNumber: {
    summary: 'Say whose the messages to a number or short code are, by the word they begin with if need be',
    tag: 'Administration',
    isIdempotent: true,
    body: CreateNumber,
    example: { number: '70123', keywords: {} },
    answers: [{ status: 201, description: 'The number', schema: NumberView }],
    problems: ['client.not_found', 'provider.not_found', 'number.taken', 'idempotency.mismatch'],
  },
  listNumbers: {
    summary: 'Numbers that telephones can write to, the newest first',
    tag: 'Administration',
    query: ListNumbers,
    answers: [{ status: 200, description: 'A page of them', schema: NumberList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getNumber: {
    summary: 'A number with its keywords',
    tag: 'Administration',
    answers: [{ status: 200, description: 'The number', schema: NumberView }],
    problems: ['number.not_found'],
  },
  changeNumber: {
    summary: 'Give a number to another client, or set and remove keywords',
    tag: 'Administration',
    body: ChangeNumber,
    example: { client_id: null },
    answers: [{ status: 200, description: 'The number as it is now', schema: NumberView }],
    problems: ['number.not_found', 'client.not_found', 'number.keywords'],
  },
  removeNumber: {
    summary: 'Give a number up: what is sent to it from now on is stored, and nobody’s',
    tag: 'Administration',
    answers: [{ status: 204, description: 'It is gone' }],
    problems: ['number.not_found'],
  },
};
