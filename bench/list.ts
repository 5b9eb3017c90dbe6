import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { listMessages, listStatement, type MessageFilters, type MessagePage } from '#shared/adapters/list-messages.ts';
import { createClient } from '../test/support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { percentile } from './percentile.ts';

const rowCounts = [1_000, 1_000_000] as const;
const times = 40;
const pageRows = 51;

/**
 * Messages of the last 25 days: nearly all delivered, few failed, and the rarest states among the oldest alone, where a
 * walk from the newest finds them last. Ten to a number, but one number that has a hundredth of all.
 */
const fill = `
INSERT INTO messages (id, client_id, recipient, country, sender, body, encoding, parts, priority, state, expires_at,
  reference, price_cents, cost_cents, correlation_id, created_at)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
    || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
  $1, '4917' || lpad((CASE WHEN n % 100 = 1 THEN 7 ELSE n % greatest($2 / 10, 1) END)::text, 8, '0'), 'DE', 'Acme',
  'A message of the usual length, give or take', 'gsm7', 1, 'normal',
  CASE WHEN n < 20 THEN 'CANCELLED' WHEN n % 100 = 0 THEN 'FAILED_PERM' ELSE 'DELIVERED' END, at + interval '2 days',
  CASE WHEN n % 2 = 0 THEN 'order-' || n END, 5, 5, 'bench', at
FROM (SELECT n, now() - interval '25 days' * (1 - n / $2::float8) AS at FROM generate_series(1, $2::integer) n) x`;

const none: MessageFilters = { status: null, to: null, reference: null, from_time: null, to_time: null };

interface Asked {
  readonly name: string;
  readonly filters?: Partial<MessageFilters>;
  /** From the middle of the list, as a cursor would have it. */
  readonly isDeep?: boolean;
}

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

const asked: readonly Asked[] = [
  { name: 'no filter' },
  { name: 'no filter, from the middle', isDeep: true },
  { name: 'status DELIVERED', filters: { status: 'DELIVERED' } },
  { name: 'status FAILED_PERM (1 in 100)', filters: { status: 'FAILED_PERM' } },
  { name: 'status CANCELLED (19, the oldest)', filters: { status: 'CANCELLED' } },
  { name: 'status SENT (none)', filters: { status: 'SENT' } },
  { name: 'to (10)', filters: { to: '491700000011' } },
  { name: 'to (1 in 100)', filters: { to: '491700000007' } },
  { name: 'to (1 in 100), CANCELLED', filters: { to: '491700000007', status: 'CANCELLED' } },
  { name: 'reference (1)', filters: { reference: 'order-500' } },
  { name: 'a day, 20 days ago', filters: { from_time: daysAgo(20), to_time: daysAgo(19) } },
  { name: 'before 20 days ago, FAILED_PERM', filters: { to_time: daysAgo(20), status: 'FAILED_PERM' } },
];

const pageOf = async (
  database: TestDatabase,
  clientId: string,
  { filters = {}, isDeep }: Asked,
): Promise<MessagePage> => {
  const [middle] = isDeep
    ? await database.query<{ id: string }>('SELECT uuid_v7_floor($1::timestamptz) AS id', [daysAgo(12)])
    : [];
  return { clientId, filters: { ...none, ...filters }, before: middle?.id ?? null, limit: pageRows };
};

const measure = async (database: TestDatabase, page: MessagePage): Promise<number> => {
  const taken: number[] = [];
  for (let i = 0; i < 10; i += 1) await listMessages(database.sql, page);
  for (let i = 0; i < times; i += 1) {
    const startedAt = performance.now();
    await listMessages(database.sql, page);
    taken.push(performance.now() - startedAt);
  }
  return percentile(taken, 50);
};

/** The scans of the plan by their indexes (without the month that a partition's is named after), and what the database says it took. */
const explain = async (database: TestDatabase, page: MessagePage): Promise<string> => {
  const { statement, parameters } = listStatement(page);
  const names = Object.keys(parameters);
  const numbered = statement.replaceAll(/(?<!:):([a-z]\w*)/g, (_all, name: string) => `$${names.indexOf(name) + 1}`);
  const rows = await database.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (ANALYZE, BUFFERS) ${numbered}`,
    Object.values(parameters),
  );
  const lines = rows.map((row) => row['QUERY PLAN']);
  const scans = lines.flatMap((line) => {
    const [, scan, index = ''] = /->\s+(.*?Scan)(?: Backward)?(?: using (\w+))?/.exec(line) ?? [];
    return scan && !line.includes('never executed') ? [`${scan} ${index.replace(/^messages_\d{4}_\d{2}_/, '')}`] : [];
  });
  const buffers = lines.find((line) => line.includes('Buffers:'))?.trim() ?? '';
  const took = lines.find((line) => line.startsWith('Execution Time'))?.replace('Execution Time: ', '') ?? '';
  return `${[...new Set(scans)].join(', ')}; ${buffers.replace('Buffers: shared ', '')}; ${took}`;
};

/** What a page of a client's messages costs among a thousand and among a million: `npm run bench -- list`. */
export const benchList = async (): Promise<void> => {
  const migrationsDirectory = fileURLToPath(new URL('../database/migrations', import.meta.url));
  const database = await startTestDatabase({ migrationsDirectory });
  const medians = new Map<string, number[]>();
  try {
    console.log(`${cpus().length} cores (${cpus()[0]?.model}), Node ${process.versions.node}, through the Data API`);
    for (const count of rowCounts) {
      const client = await createClient(database, { creditCents: 0 });
      await database.query(fill, [client, count]);
      await database.query('VACUUM ANALYZE messages');
      console.log(`\n${count} messages of one client: the plan of each page of ${pageRows}, by PostgreSQL`);
      for (const each of asked) {
        const page = await pageOf(database, client, each);
        medians.set(each.name, [...(medians.get(each.name) ?? []), await measure(database, page)]);
        console.log(`${each.name.padEnd(36)} ${await explain(database, page)}`);
      }
    }
    console.log(`\n${'median of a page, in ms'.padEnd(36)} ${rowCounts.join(' rows, ')} rows, ratio`);
    for (const [name, [few = Number.NaN, many = Number.NaN]] of medians)
      console.log(`${name.padEnd(36)} ${few.toFixed(1)} ${many.toFixed(1)} ${(many / few).toFixed(2)}`);
  } finally {
    await database.stop();
  }
};
