import { fileURLToPath } from 'node:url';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { grantCredit } from '#shared/adapters/grant-credit.ts';
import { readStatement } from '#shared/adapters/read-statement.ts';
import { encodeCursor } from '#shared/domain/cursor.ts';
import { createExportStatement } from '../../lambdas/serve-api/credit/export-statement.ts';
import { apiCaller } from '../support/api-request.ts';
import { createClient, unbalancedClients } from '../support/clients.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase({
    migrationsDirectory: fileURLToPath(new URL('../../database/migrations', import.meta.url)),
  });
});
afterAll(() => database?.stop());
afterEach(async () => expect(await unbalancedClients(database)).toEqual([]));

const actor = { clientId: uuidV7(), keyId: 'OPERATOR', correlationId: 'r-1' };

const move = (clientId: string, amount_cents: number, reason = 'test') => {
  const what = { id: uuidV7(), client_id: clientId, amount_cents, kind: 'adjustment', reason } as const;
  return grantCredit(database.sql, what, actor, null);
};

const exportOf = async (clientId: string, query: Record<string, string>) => {
  const handle = createExportStatement({
    now: () => new Date(),
    readStatement: (page) => readStatement(database.sql, page),
  });
  const caller = apiCaller({ clientId });
  const said = await handle({
    requestId: 'r-1',
    caller,
    method: 'GET',
    route: '/v1/account/statement',
    pathParameters: {},
    query,
    headers: {},
    body: null,
  });
  if (said.outcome === 'refused') return { said, lines: [], link: undefined };
  const lines = (typeof said.body === 'string' ? said.body : '').split('\r\n').slice(0, -1);
  return { said, lines, link: /^<([^>]+)>; rel="next"$/.exec(said.headers?.link ?? '')?.[1] };
};

test('a statement of a month begins with what was available at its start, and ends with what was at its end', async () => {
  const clientId = await createClient(database, { creditCents: 100 });
  const when = (time: string) =>
    database.query(`UPDATE ledger_entries SET created_at = $2 WHERE client_id = $1 AND created_at > $3`, [
      clientId,
      time,
      '2026-01-01T00:00:00Z',
    ]);
  await when('2025-10-31T23:59:59.999Z');
  await move(clientId, 20);
  await when('2025-11-01T00:00:00Z');
  await move(clientId, -7);
  await when('2025-11-30T23:59:59.999Z');
  await move(clientId, 1);
  await when('2025-12-01T00:00:00Z');
  const { said, lines, link } = await exportOf(clientId, { month: '2025-11' });
  expect(said).toMatchObject({
    status: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="statement-2025-11.csv"',
    },
  });
  expect(link).toBeUndefined();
  expect(lines[0]).toBe('created_at,id,message_id,part,kind,source,amount_cents,change_cents,balance_cents,reason');
  expect(lines.map((line) => line.split(',').slice(4, 9).join())).toEqual([
    'kind,source,amount_cents,change_cents,balance_cents',
    'OPENING,,,,100',
    'GRANT,adjustment,20,20,120',
    'GRANT,adjustment,-7,-7,113',
    'CLOSING,,,,113',
  ]);
  const december = await exportOf(clientId, { from_time: '2025-12-01T00:00:00Z' });
  expect(december.lines.at(1)).toBe(',,,,OPENING,,,,113,');
  expect(december.lines.at(-1)).toBe(',,,,CLOSING,,,,114,');
});

test('a statement computes nothing in a spreadsheet, whatever the reason', async () => {
  const clientId = await createClient(database, { creditCents: 0 });
  const reason = '=HYPERLINK("https://evil.example","x")';
  await grantCredit(
    database.sql,
    { id: uuidV7(), client_id: clientId, amount_cents: 5, kind: 'top_up', reason },
    actor,
    null,
  );
  const { lines } = await exportOf(clientId, { from_time: '2020-01-01T00:00:00Z' });
  expect(lines.at(-2)).toMatch(/,GRANT,top_up,5,5,5,"'=HYPERLINK\(""https:\/\/evil\.example"",""x""\)"$/);
});

test('a statement too long for one answer says where it goes on, and its parts carry the balance over', async () => {
  const clientId = await createClient(database, { creditCents: 0 });
  await database.query(
    `WITH entry AS (
       INSERT INTO ledger_entries (id, kind, client_id, amount_cents, created_at)
       SELECT new_uuid_v7(), 'GRANT', $1, 1, now() - make_interval(secs => n) FROM generate_series(1, 20500) n)
     UPDATE clients SET credit_cents = 20500 WHERE id = $1`,
    [clientId],
  );
  const query = { from_time: '2020-01-01T00:00:00.000Z' };
  const lines: string[] = [];
  let parts = 0;
  for (let next: Record<string, string> | undefined = query; next; parts += 1) {
    const part = await exportOf(clientId, next);
    lines.push(...part.lines.slice(1));
    if (part.link) await move(clientId, 1);
    next = part.link ? Object.fromEntries(new URL(part.link, 'https://signalbox.example').searchParams) : undefined;
  }
  expect(parts).toBeGreaterThan(1);
  const kinds = (kind: string) => lines.filter((line) => line.split(',')[4] === kind);
  expect(kinds('GRANT')).toHaveLength(20_501);
  expect(kinds('OPENING')).toEqual([',,,,OPENING,,,,0,']);
  expect(kinds('CLOSING')).toEqual([',,,,CLOSING,,,,20500,']);
  expect(kinds('CARRIED_FORWARD').map((line) => line.split(',')[8])).toEqual(
    kinds('BROUGHT_FORWARD').map((line) => line.split(',')[8]),
  );
  expect(kinds('CARRIED_FORWARD')).toHaveLength(parts - 1);
}, 60_000);

test('a statement goes on for nobody but its own client and span', async () => {
  const clientId = await createClient(database, { creditCents: 5 });
  await move(clientId, 1);
  const [from, to] = ['2026-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z'];
  const page = await readStatement(database.sql, { clientId, from, to, after: null, limit: 1 });
  const next = page.outcome === 'read' && page.next;
  if (!next) throw new Error('There is no second page');
  const goOn = (scope: string) =>
    exportOf(clientId, { from_time: from, to_time: to, cursor: encodeCursor(scope, next) });
  expect((await goOn(`${clientId} statement ${from} ${to}`)).lines.slice(1)).toMatchObject([
    ',,,,BROUGHT_FORWARD,,,,5,',
    expect.stringMatching(/,GRANT,adjustment,1,1,6,test$/),
    ',,,,CLOSING,,,,6,',
  ]);
  for (const scope of [`${uuidV7()} statement ${from} ${to}`, `${clientId} statement ${from} ${from}`, 'x'])
    expect((await goOn(scope)).said).toMatchObject({ code: 'cursor.not_found' });
});

test.each([{}, { month: '2025-13' }, { month: '2025-11', from_time: '2025-11-01T00:00:00Z' }, { to_time: 'now' }])(
  'a statement is of a month or of a span: %j is refused',
  async (query) => {
    const clientId = await createClient(database, { creditCents: 0 });
    expect((await exportOf(clientId, query as Record<string, string>)).said).toMatchObject({
      code: 'request.invalid',
    });
  },
);
