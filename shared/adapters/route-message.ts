import { chooseProviders, type Routing } from '#shared/domain/routing/choose-providers.ts';
import { kindOf } from '#shared/domain/routing/message-kind.ts';
import type { Sql } from './data-api.ts';
import type { NewMessage } from './new-message.ts';
import { readFleet } from './read-fleet.ts';

/** The providers that the bridge would choose from now, by what it reads itself; which of them are up only it knows. */
export const routeMessage = async (
  sql: Sql,
  { recipient, client_id, encoding, priority }: NewMessage,
): Promise<Routing> => {
  const { routing } = await readFleet(sql);
  return chooseProviders(routing, { recipient, client_id, kind: kindOf(encoding), priority });
};
