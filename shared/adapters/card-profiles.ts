import type { CardProfile, PutCardProfile } from '#shared/contracts/cards.ts';
import { type Actor, actorParameters, auditEntry } from './audited.ts';
import type { Sql } from './data-api.ts';

/** The columns that an operator sets, with their types. */
const settings = {
  command_cc_coverage: 'text',
  response_cc_coverage: 'text',
  cc_includes_padding: 'boolean',
  cc_length: 'integer',
  implicit_cipher: 'text',
  implicit_mac: 'text',
  format: 'text',
  spi: 'text',
  reference_bits: 'integer',
  max_parts: 'integer',
  counter_jump: 'bigint',
} as const satisfies Readonly<Record<keyof PutCardProfile, string>>;

const names = Object.keys(settings);
const columns = ['name', ...names, 'updated_at'].map((name) => `p.${name}`).join(', ');
const typed = Object.entries(settings).map(([name, type]) => `${name} ${type}`);

const put = `
WITH profile AS (
  INSERT INTO card_profiles (name, ${names.join(', ')})
  SELECT :name, ${names.map((name) => `s.${name}`).join(', ')} FROM jsonb_to_record(:settings::jsonb) AS s(${typed.join(', ')})
  ON CONFLICT (name) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}, updated_at = now()
  RETURNING *
),
${auditEntry('card_profile.put', 'profile', `'card_profile ' || name`, ':settings::jsonb')}
SELECT ${columns} FROM profile p`;

type Row = Omit<CardProfile, 'updated_at'> & { readonly updated_at: Date };

const toView = (row: Row): CardProfile => ({ ...row, updated_at: row.updated_at.toISOString() });

/** Writes a profile, or writes it anew. It holds for what is pushed from now on. */
export const putCardProfile = async (
  sql: Sql,
  name: string,
  profile: PutCardProfile,
  actor: Actor,
): Promise<CardProfile> => {
  const [row] = await sql<Row>(put, { name, settings: profile, ...actorParameters(actor) });
  if (!row) throw new Error('The profile was not written');
  return toView(row);
};

/** In the order of the letters, whatever the database's collation. */
const byName = 'p.name COLLATE "C"';

const list = `
SELECT ${columns} FROM card_profiles p
WHERE :after::text IS NULL OR ${byName} > :after ORDER BY ${byName} LIMIT :limit`;

/** Profiles by name, at most `limit`. */
export const listCardProfiles = async (sql: Sql, after: string | null, limit: number): Promise<CardProfile[]> =>
  (await sql<Row>(list, { after, limit })).map(toView);
