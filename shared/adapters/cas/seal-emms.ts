import { mostEmmsToSeal } from '#shared/contracts/emm-encryption.ts';
import type { Sql } from '../data-api.ts';
import type { EmmEncryption } from './emm-encryption.ts';
import { readUnsealedEmms, storeSealedEmms } from './unsealed-emms.ts';

/**
 * Seals and stores what is reserved, of one request or by ids. Interrupted anywhere it is done again: what is stored
 * stays as it is, and what is not is nowhere.
 *
 * @returns the ids of the EMMs that are on air from now on.
 */
export const sealEmms = async (
  sql: Sql,
  encryption: EmmEncryption,
  which: { readonly requestId?: string; readonly ids?: readonly string[] },
): Promise<string[]> => {
  const stored: string[] = [];
  for (const { emms, ...system } of await readUnsealedEmms(sql, which))
    for (let at = 0; at < emms.length; at += mostEmmsToSeal) {
      const some = emms.slice(at, at + mostEmmsToSeal);
      stored.push(...(await storeSealedEmms(sql, system.tenant, await encryption.seal({ ...system, emms: some }))));
    }
  return stored;
};
