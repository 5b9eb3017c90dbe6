import { OperatedCarousel, OperatedCarouselList, PutCarousel } from '../carousels.ts';
import {
  CasBarredSender,
  CasBarredSenderList,
  CasCardList,
  CasCardView,
  CasGroupList,
  CasGroupView,
  ChangeCasCard,
  ImportCasCards,
  ImportedCasCards,
  ListCasBarredSenders,
  ListCasCards,
  ListCasGroups,
  PutCasGroup,
} from '../cas-cards.ts';
import { CasSystemView, ChangeCasSystem, PutCasSystem } from '../cas-systems.ts';
import type { DescribedOperations } from './described.ts';

const tag = 'Administration';
const system = { status: 200, description: 'The CA system', schema: CasSystemView } as const;
const card = { status: 200, description: 'The card', schema: CasCardView } as const;
const key = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

const describedSystems: DescribedOperations<'getCasSystem' | 'putCasSystem' | 'changeCasSystem'> = {
  getCasSystem: {
    summary: 'A client’s CA system, with what subscribers may text',
    tag,
    answers: [system],
    problems: ['cas_system.not_found'],
  },
  putCasSystem: {
    summary: 'Give a client a CA system, or say anew how it works; its first key is made within five minutes',
    tag,
    body: PutCasSystem,
    example: { ca_system_id: 18_945, language: 'en', emm_hours: 336 },
    answers: [system],
    problems: ['client.not_found', 'cas_system.fixed'],
  },
  changeCasSystem: {
    summary: 'Set or remove packages, keywords and numbers; what is not named stays',
    tag,
    body: ChangeCasSystem,
    example: { packages: { SPORT: { name: 'Sport', product: 17 } }, numbers: { 70001: [''] } },
    answers: [system],
    problems: [
      'cas_system.not_found',
      'cas_system.too_large',
      'cas_package.in_use',
      'cas_package.product_taken',
      'cas_number.taken',
    ],
  },
};

const describedCards: DescribedOperations<
  'listCasGroups' | 'putCasGroup' | 'importCasCards' | 'listCasCards' | 'getCasCard' | 'changeCasCard'
> = {
  listCasGroups: {
    summary: 'Groups of cards, by number',
    tag,
    query: ListCasGroups,
    answers: [{ status: 200, description: 'A page of them', schema: CasGroupList }],
    problems: ['request.invalid', 'cas_system.not_found', 'cursor.not_found'],
  },
  putCasGroup: {
    summary: 'Make a group of cards that share a key, or give it another key',
    tag,
    body: PutCasGroup,
    example: { key },
    answers: [{ status: 200, description: 'The group', schema: CasGroupView }],
    problems: ['cas_system.not_found', 'cas_group.not_found'],
  },
  importCasCards: {
    summary: 'Import up to 500 lines of cards with their keys; each is written or refused for itself',
    tag,
    body: ImportCasCards,
    example: { lines: [{ line: 2, card: '1234567897', key, owner: '+491700000009' }] },
    answers: [{ status: 201, description: 'What became of them', schema: ImportedCasCards }],
    isIdempotent: true,
    problems: ['cas_system.not_found', 'idempotency.mismatch'],
  },
  listCasCards: {
    summary: 'Cards of a CA system, by number',
    tag,
    query: ListCasCards,
    answers: [{ status: 200, description: 'A page of them', schema: CasCardList }],
    problems: ['request.invalid', 'cas_system.not_found', 'cursor.not_found'],
  },
  getCasCard: {
    summary: 'A card with what it is entitled to',
    tag,
    answers: [card],
    problems: ['cas_card.not_found'],
  },
  changeCasCard: {
    summary: 'Bar a card or let it go on, or give it another group, owner, language or key',
    tag,
    body: ChangeCasCard,
    example: { is_barred: true },
    answers: [card],
    problems: ['cas_card.not_found', 'cas_group.not_found'],
  },
};

const describedSenders: DescribedOperations<'listCasBarredSenders' | 'barCasSender' | 'unbarCasSender'> = {
  listCasBarredSenders: {
    summary: 'Telephones whose texts meet silence',
    tag,
    query: ListCasBarredSenders,
    answers: [{ status: 200, description: 'A page of them', schema: CasBarredSenderList }],
    problems: ['request.invalid', 'cas_system.not_found', 'cursor.not_found'],
  },
  barCasSender: {
    summary: 'Bar a telephone: from now on its texts meet silence',
    tag,
    answers: [{ status: 200, description: 'It is barred', schema: CasBarredSender }],
    problems: ['request.invalid', 'cas_system.not_found'],
  },
  unbarCasSender: {
    summary: 'Answer a telephone again',
    tag,
    answers: [{ status: 204, description: 'It is not barred any more' }],
    problems: ['cas_sender.not_barred'],
  },
};

const describedStreams: DescribedOperations<'listClientCarousels' | 'putCarousel' | 'removeCarousel'> = {
  listClientCarousels: {
    summary: 'A client’s carousels with where they send to, by name',
    tag,
    answers: [{ status: 200, description: 'All of them', schema: OperatedCarouselList }],
    problems: ['cas_system.not_found'],
  },
  putCarousel: {
    summary: 'Make a carousel, or say anew where and how it sends; in force within some seconds',
    tag,
    body: PutCarousel,
    example: { output: 'mux', settings: { host: '10.0.7.4', port: 8_002 }, bandwidth_kbit_s: 100 },
    answers: [{ status: 200, description: 'The carousel', schema: OperatedCarousel }],
    problems: ['cas_system.not_found'],
  },
  removeCarousel: {
    summary: 'Take a carousel away: within some seconds nothing is sent any more',
    tag,
    answers: [{ status: 204, description: 'It is removed' }],
    problems: ['carousel.not_found'],
  },
};

export const describedCasAdmin = {
  ...describedSystems,
  ...describedCards,
  ...describedSenders,
  ...describedStreams,
};
