import { createBoundedMemory, rememberedOr } from '#shared/domain/bounded-memory.ts';
import type { Sql } from './data-api.ts';
import type { ProviderSecrets } from './provider-secrets.ts';

/** The key of an HTTP provider, which signs what it posts and is posted; null when there is no such provider. */
export type SigningKeys = (provider: string) => Promise<string | null>;

/** A provider that was made, removed or given another key is known by that within this time. */
const maxAgeMs = 30_000;
const maxEntries = 1_000;

/** Asks the database first, so that names which are no provider's never reach Secrets Manager. */
export const connectSigningKeys = (
  sql: Sql,
  secrets: Pick<ProviderSecrets, 'read'>,
  now: () => number = Date.now,
): SigningKeys => {
  const memory = createBoundedMemory<Promise<string | null>>({ maxEntries, maxAgeMs, now });
  const load = async (provider: string): Promise<string | null> => {
    const [row] = await sql(`SELECT name FROM providers WHERE name = :provider AND kind = 'http'`, { provider });
    return row ? secrets.read(provider) : null;
  };
  return (provider) => rememberedOr(memory, provider, () => load(provider));
};
