import * as z from 'zod';
import {
  AccountView,
  ExportStatement,
  GrantCredit,
  GrantedCredit,
  LedgerPage,
  ListClientPrices,
  ListLedger,
  ListPrices,
  PriceList,
  PriceSheet,
  PricesSet,
  RemovePrice,
  SetPrices,
} from '../credit.ts';
import type { DescribedOperations } from './described.ts';

const ledgerPage = { status: 200, description: 'A page of it', schema: LedgerPage } as const;

const describedAccount: DescribedOperations<'getAccount' | 'listLedger' | 'exportStatement' | 'getPriceSheet'> = {
  getAccount: {
    summary: 'The credit, granted = available + held + captured, and its limits',
    tag: 'Credit',
    answers: [{ status: 200, description: 'The account', schema: AccountView }],
    problems: ['account.not_found'],
  },
  listLedger: {
    summary: 'Every movement of credit, the newest first. All pages are of the moment that the first was read at',
    tag: 'Credit',
    query: ListLedger,
    answers: [ledgerPage],
    problems: ['request.invalid', 'cursor.not_found', 'account.not_found'],
  },
  exportStatement: {
    summary: 'A statement as CSV, the oldest movement first. A part of it has the next one in Link, rel="next"',
    tag: 'Credit',
    query: ExportStatement,
    answers: [{ status: 200, description: 'RFC 4180', schema: z.string(), contentType: 'text/csv' }],
    problems: ['request.invalid', 'cursor.not_found', 'account.not_found'],
  },
  getPriceSheet: {
    summary: 'What a part costs, by the digits that a number begins with',
    tag: 'Credit',
    query: ListPrices,
    answers: [{ status: 200, description: 'A page of it', schema: PriceSheet }],
    problems: ['request.invalid', 'cursor.not_found', 'account.not_found'],
  },
};

const tag = 'Administration';

type Administration = 'grantCredit' | 'listClientLedger' | 'listPrices' | 'setPrices' | 'removePrice';

const describedAdministration: DescribedOperations<Administration> = {
  grantCredit: {
    summary: 'Top up the credit of a client, or adjust it',
    tag,
    body: GrantCredit,
    example: { amount_cents: 50_000, kind: 'top_up', reason: 'Invoice 2026-117' },
    answers: [{ status: 201, description: 'Moved, with what is available now', schema: GrantedCredit }],
    isIdempotent: true,
    problems: ['client.not_found', 'credit.below_zero', 'credit.beyond_limit', 'idempotency.mismatch'],
  },
  listClientLedger: {
    summary: 'Every movement of the credit of a client',
    tag,
    query: ListLedger,
    answers: [ledgerPage],
    problems: ['request.invalid', 'cursor.not_found', 'client.not_found'],
  },
  listPrices: {
    summary: 'The prices of a client of its own, or without `client_id` the general ones, by prefix',
    tag,
    query: ListClientPrices,
    answers: [{ status: 200, description: 'A page of them', schema: PriceList }],
    problems: ['request.invalid', 'cursor.not_found', 'client.not_found'],
  },
  setPrices: {
    summary: 'Set prices of a list; what is not named stays. In force at once',
    tag,
    body: SetPrices,
    example: { client_id: null, prices: [{ prefix: '49', part_price_cents: 7 }] },
    answers: [{ status: 200, description: 'How many were set', schema: PricesSet }],
    problems: ['client.not_found'],
  },
  removePrice: {
    summary: 'Remove a price from a list',
    tag,
    query: RemovePrice,
    answers: [{ status: 204, description: 'Removed' }],
    problems: ['request.invalid', 'price.not_found'],
  },
};

export const describedCredit: DescribedOperations<keyof typeof describedAccount | Administration> = {
  ...describedAccount,
  ...describedAdministration,
};
