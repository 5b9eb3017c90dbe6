import { Erasure, ListOptOuts, OptOut, OptOutList } from '../recipients.ts';
import type { DescribedOperations } from './described.ts';

export const describedRecipients: DescribedOperations<
  'listOptOuts' | 'getOptOut' | 'putOptOut' | 'deleteOptOut' | 'eraseRecipient' | 'getErasure'
> = {
  listOptOuts: {
    summary: 'Numbers that do not want messages, in the order of their digits',
    tag: 'Recipients',
    query: ListOptOuts,
    answers: [{ status: 200, description: 'A page of them', schema: OptOutList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getOptOut: {
    summary: 'Is this number on the opt-out list?',
    tag: 'Recipients',
    answers: [{ status: 200, description: 'It is', schema: OptOut }],
    problems: ['opt_out.not_found'],
  },
  putOptOut: {
    summary: 'Put a number on the opt-out list: nothing is sent to it any more, and what waits fails without cost',
    tag: 'Recipients',
    answers: [
      { status: 201, description: 'It is on the list now', schema: OptOut },
      { status: 200, description: 'It was before', schema: OptOut },
    ],
    problems: ['request.invalid', 'account.not_found'],
  },
  deleteOptOut: {
    summary: 'Take a number off the opt-out list',
    tag: 'Recipients',
    answers: [{ status: 204, description: 'It is off the list' }],
    problems: ['opt_out.not_found'],
  },
  eraseRecipient: {
    summary: "Erase a recipient's personal data; what is not final yet is erased once it is",
    tag: 'Recipients',
    answers: [{ status: 202, description: 'It has begun; Location names it', schema: Erasure }],
    problems: ['request.invalid', 'account.not_found'],
  },
  getErasure: {
    summary: 'How far an erasure is',
    tag: 'Recipients',
    answers: [{ status: 200, description: 'The erasure', schema: Erasure }],
    problems: ['erasure.not_found'],
  },
};
