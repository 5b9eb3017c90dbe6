import { isDeepStrictEqual } from 'node:util';
import {
  type CasSystemView,
  type ChangeCasSystem,
  mostCasWords,
  type PutCasSystem,
} from '#shared/contracts/cas-systems.ts';
import { usualLimits } from '#shared/domain/cas/weigh-flood.ts';
import { wholeFormats } from '#shared/domain/emm/whole-formats.ts';
import { type Actor, actorParameters, auditEntry } from '../audited.ts';
import { type Sql, SqlError } from '../data-api.ts';

type Row = Omit<CasSystemView, 'created_at'> & { readonly created_at: Date };

const read = `
SELECT s.client_id, s.ca_system_id, s.sections, s.language, s.limits, s.emm_hours, s.epoch_hours, s.key_lead_minutes,
  s.retention_days, s.created_at,
  (SELECT coalesce(jsonb_object_agg(p.code, jsonb_build_object('name', p.name, 'product', p.product, 'months', p.months)),
    '{}') FROM cas_packages p WHERE p.client_id = s.client_id) AS packages,
  (SELECT coalesce(jsonb_object_agg(k.word, jsonb_build_object('command', k.command, 'language', k.language)), '{}')
    FROM cas_keywords k WHERE k.client_id = s.client_id) AS keywords,
  (SELECT coalesce(jsonb_object_agg(n.number, n.words), '{}') FROM (
    SELECT number, jsonb_agg(keyword ORDER BY keyword) AS words FROM cas_numbers o WHERE o.client_id = s.client_id
    GROUP BY number) n) AS numbers
FROM cas_systems s WHERE s.client_id = :client_id::uuid`;

/** A client's CA system with its packages, keywords and numbers; null when it has none. */
export const readCasSystem = async (sql: Sql, clientId: string): Promise<CasSystemView | null> => {
  const [row] = await sql<Row>(read, { client_id: clientId });
  if (!row) return null;
  const { sections, limits, created_at, ...rest } = row;
  const { unique, shared, global } = wholeFormats(sections);
  const written = (format: typeof unique): CasSystemView['sections']['unique'] => ({
    ...format,
    table_ids: [...format.table_ids],
  });
  return {
    ...rest,
    sections: { unique: written(unique), shared: written(shared), global: written(global) },
    limits: { ...usualLimits, ...limits },
    created_at: created_at.toISOString(),
  };
};

const subject = `'client ' || client_id`;

/** What cards know of it stays as it is once there was an EMM: they would not find, nor open, any other. */
const put = `
WITH system AS (
  INSERT INTO cas_systems AS s (client_id, ca_system_id, sections, language, limits, emm_hours, epoch_hours,
    key_lead_minutes, retention_days)
  SELECT c.id, :ca_system_id::integer, :sections::jsonb, :language, :limits::jsonb, :emm_hours::integer,
    :epoch_hours::integer, :key_lead_minutes::integer, :retention_days::integer
  FROM clients c WHERE c.id = :client_id::uuid
  ON CONFLICT (client_id) DO UPDATE SET ca_system_id = excluded.ca_system_id, sections = excluded.sections,
    language = excluded.language, limits = excluded.limits, emm_hours = excluded.emm_hours,
    epoch_hours = excluded.epoch_hours, key_lead_minutes = excluded.key_lead_minutes,
    retention_days = excluded.retention_days
    WHERE :keeps_format::boolean OR NOT EXISTS (SELECT FROM emms e WHERE e.client_id = s.client_id)
  RETURNING s.client_id
),
${auditEntry('cas_system.set', 'system', subject, ':detail::jsonb')}
SELECT client_id FROM system`;

export type PutSystem =
  | { readonly outcome: 'set'; readonly system: CasSystemView }
  | { readonly outcome: 'no-such-client' }
  /** It has had EMMs, and its id or its sections would change. */
  | { readonly outcome: 'fixed' };

const isFormatOf = (system: PutCasSystem, { ca_system_id, sections }: PutCasSystem): boolean =>
  system.ca_system_id === ca_system_id && isDeepStrictEqual(system.sections, sections);

/** Makes a client's CA system, or says anew how it works. In force at once; the first key follows within five minutes. */
export const putCasSystem = async (
  sql: Sql,
  clientId: string,
  system: PutCasSystem,
  actor: Actor,
): Promise<PutSystem> => {
  const before = await readCasSystem(sql, clientId);
  const keeps_format = before !== null && isFormatOf(before, system);
  const parameters = { client_id: clientId, ...system, keeps_format, detail: system, ...actorParameters(actor) };
  const isSet = (await sql(put, parameters)).length > 0;
  const stored = await readCasSystem(sql, clientId);
  if (!stored) return { outcome: 'no-such-client' };
  return isSet ? { outcome: 'set', system: stored } : { outcome: 'fixed' };
};

const names = (what: string): string => `(SELECT key FROM jsonb_each(:${what}::jsonb))`;
const given = (what: string): string => `(SELECT key FROM jsonb_each(:${what}::jsonb) WHERE value <> 'null')`;

/** How many there would be: those that are not named, and those that are given. */
const fits = (table: string, column: string, what: string): string => `
  (SELECT count(DISTINCT t.${column}) FROM ${table} t WHERE t.client_id = s.client_id AND t.${column} NOT IN ${names(what)})
    + (SELECT count(*) FROM ${given(what)} g) <= ${mostCasWords}`;

/** A package that a card is entitled to stays, with its product: its next EMM would have it lose the other one. */
const inUse = `
  SELECT p.code FROM cas_packages p JOIN jsonb_each(:packages::jsonb) g ON g.key = p.code
  WHERE p.client_id = :client_id::uuid AND (g.value = 'null' OR (g.value->>'product')::integer <> p.product)
    AND EXISTS (SELECT FROM cas_entitlements e WHERE e.client_id = p.client_id AND e.code = p.code AND e.ends_at > now())`;

const takenNumbers = `
  SELECT n.number, n.keyword FROM cas_numbers n
  JOIN jsonb_each(:numbers::jsonb) g ON g.key = n.number AND jsonb_exists(g.value, n.keyword)
  WHERE n.client_id <> :client_id::uuid`;

const change = `
WITH system AS (
  SELECT s.client_id FROM cas_systems s WHERE s.client_id = :client_id::uuid
    AND ${fits('cas_packages', 'code', 'packages')} AND ${fits('cas_keywords', 'word', 'keywords')}
    AND ${fits('cas_numbers', 'number', 'numbers')}
    AND NOT EXISTS (${inUse}) AND NOT EXISTS (${takenNumbers})
  FOR NO KEY UPDATE
),
package_gone AS (
  DELETE FROM cas_packages p USING system s
  WHERE p.client_id = s.client_id AND p.code IN ${names('packages')} AND p.code NOT IN ${given('packages')}
),
package AS (
  INSERT INTO cas_packages (client_id, code, name, product, months)
  SELECT s.client_id, g.key, g.value->>'name', (g.value->>'product')::integer, (g.value->>'months')::integer
  FROM system s, jsonb_each(:packages::jsonb) g WHERE g.value <> 'null' ORDER BY g.key
  ON CONFLICT (client_id, code) DO UPDATE SET name = excluded.name, product = excluded.product, months = excluded.months
),
keyword_gone AS (
  DELETE FROM cas_keywords k USING system s
  WHERE k.client_id = s.client_id AND k.word IN ${names('keywords')} AND k.word NOT IN ${given('keywords')}
),
keyword AS (
  INSERT INTO cas_keywords (client_id, word, command, language)
  SELECT s.client_id, g.key, g.value->>'command', g.value->>'language'
  FROM system s, jsonb_each(:keywords::jsonb) g WHERE g.value <> 'null' ORDER BY g.key
  ON CONFLICT (client_id, word) DO UPDATE SET command = excluded.command, language = excluded.language
),
wanted AS (
  SELECT g.key AS number, w.word FROM jsonb_each(:numbers::jsonb) g
  CROSS JOIN LATERAL jsonb_array_elements_text(CASE g.value WHEN 'null' THEN '[]' ELSE g.value END) AS w(word)
),
number_gone AS (
  DELETE FROM cas_numbers n USING system s
  WHERE n.client_id = s.client_id AND n.number IN ${names('numbers')}
    AND NOT EXISTS (SELECT FROM wanted w WHERE w.number = n.number AND w.word = n.keyword)
),
number AS (
  INSERT INTO cas_numbers (number, keyword, client_id)
  SELECT w.number, w.word, s.client_id FROM system s, wanted w
  WHERE NOT EXISTS (SELECT FROM cas_numbers n WHERE n.client_id = s.client_id AND n.number = w.number AND n.keyword = w.word)
  ORDER BY w.number, w.word
),
${auditEntry('cas_system.changed', 'system', subject, ':detail::jsonb')}
SELECT client_id FROM system`;

const whyNot = `
SELECT (SELECT jsonb_agg(code ORDER BY code) FROM (${inUse}) u) AS used,
  (SELECT jsonb_agg(DISTINCT number) FROM (${takenNumbers}) t) AS taken`;

export type ChangedSystem =
  | { readonly outcome: 'changed'; readonly system: CasSystemView }
  | { readonly outcome: 'no-system' }
  | { readonly outcome: 'too-many' }
  | { readonly outcome: 'product-taken' }
  | { readonly outcome: 'in-use'; readonly codes: readonly string[] }
  | { readonly outcome: 'number-taken'; readonly numbers: readonly string[] };

const faultOf = (error: unknown): 'product' | 'number' => {
  if (error instanceof SqlError && error.sqlState === '23505') {
    if (error.message.includes('cas_packages_client_id_product')) return 'product';
    if (error.message.includes('cas_numbers_pkey')) return 'number';
  }
  throw error;
};

/** Sets the packages, keywords and numbers that are named, or takes them away: all of it, or nothing. */
export const changeCasSystem = async (
  sql: Sql,
  clientId: string,
  changes: ChangeCasSystem,
  actor: Actor,
): Promise<ChangedSystem> => {
  const { packages = {}, keywords = {}, numbers = {} } = changes;
  const asked = { client_id: clientId, packages, numbers };
  const parameters = { ...asked, keywords, detail: changes, ...actorParameters(actor) };
  const rows = await sql(change, parameters).catch(faultOf);
  if (rows === 'product') return { outcome: 'product-taken' };
  if (rows === 'number') return { outcome: 'number-taken', numbers: Object.keys(numbers) };
  const system = await readCasSystem(sql, clientId);
  if (!system) return { outcome: 'no-system' };
  if (rows.length > 0) return { outcome: 'changed', system };
  const [why] = await sql<{ used: string[] | null; taken: string[] | null }>(whyNot, asked);
  if (why?.taken) return { outcome: 'number-taken', numbers: why.taken };
  return why?.used ? { outcome: 'in-use', codes: why.used } : { outcome: 'too-many' };
};
