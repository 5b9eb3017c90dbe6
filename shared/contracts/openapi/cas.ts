import {
  CasRequestList,
  CasRequestView,
  CreateEmm,
  EmmList,
  EmmView,
  EncryptEmms,
  EncryptedEmms,
  KeyEpochList,
  ListCasRequests,
  ListEmms,
  SubmitCasRequest,
} from '../cas.ts';
import type { DescribedOperations } from './described.ts';

const commands = [
  { command: 'entitlement_add', product: 17, from: '2026-01-01T00:00:00Z', until: '2030-01-01T00:00:00Z' },
];

export const describedCas: DescribedOperations<
  | 'submitCasRequest'
  | 'listCasRequests'
  | 'getCasRequest'
  | 'createEmm'
  | 'listEmms'
  | 'getEmm'
  | 'encryptEmms'
  | 'listKeyEpochs'
> = {
  submitCasRequest: {
    summary: 'Hand over what a subscriber texted; the answer is a message of its own, and billed as one',
    tag: 'Conditional access',
    body: SubmitCasRequest,
    example: { sender: '+491700000009', message: 'ACT 1234567897 SPORT*3' },
    answers: [{ status: 202, description: 'It is being worked on; Location names it', schema: CasRequestView }],
    problems: ['cas_system.not_found', 'idempotency.mismatch'],
    isIdempotent: true,
  },
  listCasRequests: {
    summary: 'Requests of subscribers, the newest first',
    tag: 'Conditional access',
    query: ListCasRequests,
    answers: [{ status: 200, description: 'A page of them', schema: CasRequestList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getCasRequest: {
    summary: 'A request, its answer and its EMMs',
    tag: 'Conditional access',
    answers: [{ status: 200, description: 'The request', schema: CasRequestView }],
    problems: ['cas_request.not_found'],
  },
  createEmm: {
    summary: 'Put an EMM on air, in place of the last one of its device and kind; it costs nothing',
    tag: 'Conditional access',
    body: CreateEmm,
    example: { class: 'unique', device: '1234567897', kind: 'promotion', commands },
    answers: [{ status: 202, description: 'It is encrypted and stored; Location names it', schema: EmmView }],
    problems: ['cas_system.not_found', 'emm.no_key', 'emm.too_long', 'idempotency.mismatch'],
    isIdempotent: true,
  },
  listEmms: {
    summary: 'EMMs, the newest first',
    tag: 'Conditional access',
    query: ListEmms,
    answers: [{ status: 200, description: 'A page of them', schema: EmmList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getEmm: {
    summary: 'An EMM as it goes on air',
    tag: 'Conditional access',
    answers: [{ status: 200, description: 'The EMM', schema: EmmView }],
    problems: ['emm.not_found'],
  },
  encryptEmms: {
    summary: 'Encrypt EMMs that you put on air yourself: up to 50; they are not kept, and cost nothing',
    tag: 'Conditional access',
    body: EncryptEmms,
    example: { emms: [{ class: 'global', commands }] },
    answers: [{ status: 200, description: 'The sections, in the order of the request', schema: EncryptedEmms }],
    problems: ['cas_system.not_found', 'emm.no_key', 'emm.too_long', 'idempotency.mismatch'],
    isIdempotent: true,
  },
  listKeyEpochs: {
    summary: 'The epochs of the keys, the newest first',
    tag: 'Conditional access',
    answers: [{ status: 200, description: 'At most 100 of them', schema: KeyEpochList }],
    problems: [],
  },
};
