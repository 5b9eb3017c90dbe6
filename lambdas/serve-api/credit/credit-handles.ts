import { v7 as uuidV7 } from 'uuid';
import type { Sql } from '#shared/adapters/data-api.ts';
import { grantCredit } from '#shared/adapters/grant-credit.ts';
import { listPrices, readClientPrices, removePrice, setPrices } from '#shared/adapters/prices.ts';
import { readAccount } from '#shared/adapters/read-account.ts';
import { readLedger } from '#shared/adapters/read-ledger.ts';
import { readStatement } from '#shared/adapters/read-statement.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handles } from '../handles.ts';
import { createExportStatement } from './export-statement.ts';
import { createGrantCredit } from './grant-credit.ts';
import { createListClientLedger, createListLedger, type Ledgers, noSuchAccount } from './list-ledger.ts';
import { createPriceHandles } from './price-handles.ts';

type CreditOperations =
  | 'getAccount'
  | 'listLedger'
  | 'listClientLedger'
  | 'exportStatement'
  | 'grantCredit'
  | 'listPrices'
  | 'setPrices'
  | 'removePrice'
  | 'getPriceSheet';

/** What a client has, what became of it, and what it pays. */
export const createCreditHandles = ({ sql }: { readonly sql: Sql }): Handles<CreditOperations> => {
  const ledgers: Ledgers = { readLedger: (page) => readLedger(sql, page) };
  return {
    getAccount: async (request) => {
      const account = await readAccount(sql, callerOf(request).clientId);
      return account ? answer(200, account) : noSuchAccount();
    },
    listLedger: createListLedger(ledgers),
    listClientLedger: createListClientLedger(ledgers),
    exportStatement: createExportStatement({
      now: () => new Date(),
      readStatement: (page) => readStatement(sql, page),
    }),
    grantCredit: createGrantCredit({
      newId: () => uuidV7(),
      grantCredit: (grant, actor, key) => grantCredit(sql, grant, actor, key),
    }),
    ...createPriceHandles({
      listPrices: (page) => listPrices(sql, page),
      readClientPrices: (page) => readClientPrices(sql, page),
      setPrices: (prices, actor) => setPrices(sql, prices, actor),
      removePrice: (price, actor) => removePrice(sql, price, actor),
    }),
  };
};
