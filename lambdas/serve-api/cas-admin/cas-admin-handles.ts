import { v7 as uuidV7 } from 'uuid';
import type { EmmEncryption } from '#shared/adapters/cas/emm-encryption.ts';
import { importCasCards } from '#shared/adapters/cas/import-cas-cards.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { createCasCardHandles } from './cas-card-handles.ts';
import { createCasGroupHandles } from './cas-group-handles.ts';
import { createCasSenderHandles } from './cas-sender-handles.ts';
import { createCasSystemHandles, sectionsOf } from './cas-system-handles.ts';
import { createImportCasCards } from './import-cas-cards.ts';
import { createOperateCarousels } from './operate-carousels.ts';

export interface CasAdministrationNeeds {
  readonly sql: Sql;
  readonly encryption: Pick<EmmEncryption, 'protectDeviceKeys'>;
}

/** CA systems of clients: what they are, what subscribers may text, cards with their keys, and carousels. */
export const createCasAdminHandles = ({ sql, encryption }: CasAdministrationNeeds) => {
  const protectDeviceKeys: EmmEncryption['protectDeviceKeys'] = (clientId, keys) =>
    encryption.protectDeviceKeys(clientId, keys);
  return {
    ...createCasSystemHandles(sql),
    ...createCasCardHandles({ sql, protectDeviceKeys }),
    importCasCards: createImportCasCards({
      newId: () => uuidV7(),
      sectionsOf: (clientId) => sectionsOf(sql, clientId),
      protectDeviceKeys,
      importCards: (batch, actor, key) => importCasCards(sql, batch, actor, key),
    }),
    ...createCasGroupHandles({ sql, protectDeviceKeys }),
    ...createCasSenderHandles(sql),
    ...createOperateCarousels(sql),
  };
};
