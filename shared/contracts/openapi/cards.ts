import {
  CardList,
  CardProfile,
  CardProfileList,
  CardView,
  ImportCards,
  ImportedCards,
  ListCardProfiles,
  ListCards,
  ListTarAllowances,
  PutCardProfile,
  PutTarAllowance,
  TarAllowance,
  TarAllowanceList,
} from '../cards.ts';
import type { DescribedOperations } from './described.ts';

const tag = 'Administration';
const card = { status: 200, description: 'The card', schema: CardView } as const;

const line = {
  line: 2,
  iccid: '8949000000000003038',
  msisdn: '491701000303',
  profile: 'standard',
  version: 1,
  kic_algorithm: 'aes-cbc',
  kid_algorithm: 'aes-cmac',
  kic: '000102030405060708090a0b0c0d0e0f',
  kid: '101112131415161718191a1b1c1d1e1f',
};

type Operations =
  | 'listCardProfiles'
  | 'putCardProfile'
  | 'importCards'
  | 'listCards'
  | 'getCard'
  | 'releaseCard'
  | 'listTarAllowances'
  | 'putTarAllowance'
  | 'removeTarAllowance';

export const describedCards: DescribedOperations<Operations> = {
  listCardProfiles: {
    summary: 'What kinds of cards there are, by name',
    tag,
    query: ListCardProfiles,
    answers: [{ status: 200, description: 'A page of them', schema: CardProfileList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  putCardProfile: {
    summary: 'Say how a kind of card departs from the standards; it holds for what is pushed from now on',
    tag,
    body: PutCardProfile,
    example: { spi: '1639', format: 'compact', max_parts: 5 },
    answers: [{ status: 200, description: 'The profile', schema: CardProfile }],
    problems: [],
  },
  importCards: {
    summary: 'Import up to 1,000 lines of cards with their keys; each is written or refused for itself',
    tag,
    body: ImportCards,
    example: { lines: [line] },
    answers: [{ status: 201, description: 'What became of them', schema: ImportedCards }],
    isIdempotent: true,
    problems: ['idempotency.mismatch'],
  },
  listCards: {
    summary: 'Cards, by ICCID',
    tag,
    query: ListCards,
    answers: [{ status: 200, description: 'A page of them', schema: CardList }],
    problems: ['request.invalid', 'cursor.not_found'],
  },
  getCard: { summary: 'A card with its counters and its line', tag, answers: [card], problems: ['card.not_found'] },
  releaseCard: {
    summary: 'Let a card go on that was stopped: what waits in its line is sent',
    tag,
    answers: [card],
    isIdempotent: true,
    problems: ['card.not_found', 'idempotency.mismatch', 'idempotency.invalid'],
  },
  listTarAllowances: {
    summary: 'Which applications of cards a client may reach, by TAR',
    tag,
    query: ListTarAllowances,
    answers: [{ status: 200, description: 'A page of them', schema: TarAllowanceList }],
    problems: ['request.invalid', 'client.not_found', 'cursor.not_found'],
  },
  putTarAllowance: {
    summary: 'Let a client reach an application of cards, and say how well it must be secured',
    tag,
    body: PutTarAllowance,
    example: { least_integrity: 'cc', must_cipher: true, least_counter: 'higher' },
    answers: [{ status: 200, description: 'The allowance', schema: TarAllowance }],
    problems: ['client.not_found', 'tar_allowance.not_found'],
  },
  removeTarAllowance: {
    summary: 'Let a client reach an application no more; what was accepted by then is still sent',
    tag,
    answers: [{ status: 204, description: 'It is removed' }],
    problems: ['tar_allowance.not_found'],
  },
};
