import * as z from 'zod';
import { DeadLetterList } from '../dead-letters.ts';
import type { DescribedOperations } from './described.ts';

const Status = z.object({ status: z.string() });

export const describedService: DescribedOperations<
  'getHealth' | 'getReadiness' | 'getOpenApi' | 'getDocs' | 'listDeadLetters'
> = {
  getHealth: {
    summary: 'Is the API alive?',
    tag: 'Service',
    answers: [{ status: 200, description: 'It is', schema: Status }],
    problems: [],
  },
  getReadiness: {
    summary: 'Does every dependency answer?',
    tag: 'Service',
    answers: [
      { status: 200, description: 'All do', schema: Status.extend({ checks: z.record(z.string(), z.string()) }) },
    ],
    problems: ['service.not_ready'],
  },
  getDocs: {
    summary: 'This document, for people',
    tag: 'Service',
    answers: [{ status: 200, description: 'A page', schema: z.string(), contentType: 'text/html' }],
    problems: [],
  },
  listDeadLetters: {
    summary: 'How many messages lie in each dead-letter queue; the runbook says what to do about them',
    tag: 'Administration',
    answers: [{ status: 200, description: 'Every queue', schema: DeadLetterList }],
    problems: [],
  },
  getOpenApi: {
    summary: 'This document',
    tag: 'Service',
    answers: [{ status: 200, description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) }],
    problems: [],
  },
};
