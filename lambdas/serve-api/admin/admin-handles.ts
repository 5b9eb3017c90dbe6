import { randomBytes } from 'node:crypto';
import { hash } from 'bcryptjs';
import { v7 as uuidV7 } from 'uuid';
import { changeClient, turnClient } from '#shared/adapters/change-client.ts';
import { createClient } from '#shared/adapters/create-client.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { issueKey, revokeKey, rotateKey } from '#shared/adapters/issue-api-key.ts';
import { listApiKeys, readApiKey } from '#shared/adapters/read-api-keys.ts';
import { listAudit } from '#shared/adapters/read-audit.ts';
import { listClients, readClient } from '#shared/adapters/read-clients.ts';
import { toBase32 } from '#shared/domain/api-key.ts';
import { createAuditHandles } from './audit-handles.ts';
import { createClientHandles } from './client-handles.ts';
import { createKeyHandles, type KeyAdministration } from './key-handles.ts';

export interface AdministrationNeeds {
  readonly sql: Sql;
  readonly exemptOrigins: readonly string[];
  /** With what the checks of keys are made; asked for when a key is issued. */
  pepper(): Promise<string>;
}

/** bcrypt's rounds, as a power of two: tens of milliseconds, for whoever checks a key too. */
const hashCost = 10;

const newSecret: KeyAdministration['newSecret'] = async () => {
  const secret = toBase32(randomBytes(20));
  return { secret, hash: await hash(secret, hashCost) };
};

const newId = (): string => uuidV7();

/** Clients, their keys, and the log of what was done to them. */
export const createAdminHandles = ({ sql, exemptOrigins, pepper }: AdministrationNeeds) => ({
  ...createClientHandles({
    newId,
    exemptOrigins,
    createClient: (client, actor, key) => createClient(sql, client, actor, key),
    changeClient: (change, actor) => changeClient(sql, change, actor),
    turnClient: (id, to, actor, key) => turnClient(sql, id, to, actor, key),
    readClient: (id) => readClient(sql, id),
    listClients: (wanted) => listClients(sql, wanted),
  }),
  ...createKeyHandles({
    newId,
    newSecret,
    pepper,
    issueKey: (seed, wanted, actor, key) => issueKey(sql, seed, wanted, actor, key),
    rotateKey: (seed, rotation, actor, key) => rotateKey(sql, seed, rotation, actor, key),
    revokeKey: (clientId, id, actor) => revokeKey(sql, clientId, id, actor),
    readKey: (clientId, id) => readApiKey(sql, clientId, id),
    listKeys: (wanted) => listApiKeys(sql, wanted),
    readClient: (id) => readClient(sql, id),
  }),
  ...createAuditHandles({ listAudit: (wanted) => listAudit(sql, wanted) }),
});
