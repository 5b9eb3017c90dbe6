import type { CallbackSummary, CallbackView } from '#shared/contracts/callbacks.ts';
import type { IdempotencyKey } from './accept-message.ts';
import { readCallbackSettings } from './callback-settings.ts';
import { type Sql, SqlError } from './data-api.ts';
import { claimKeyWhen, keyParameters, readKeyed } from './keyed.ts';

const times = ['next_attempt_at', 'created_at', 'replayed_at', 'finished_at'] as const;
type Time = (typeof times)[number];
type WithDates<View extends CallbackSummary> = Omit<View, Time> & {
  readonly [Name in Time]: null extends View[Name] ? Date | null : Date;
};

const summary = `c.id, c.type, c.state, c.message_id, c.url, c.attempt,
  CASE WHEN c.state = 'PENDING' THEN c.next_attempt_at END AS next_attempt_at, c.last_status, c.last_error, c.created_at,
  c.replayed_at, c.finished_at`;
const whole = `${summary}, c.payload AS data`;

const toView = <View extends CallbackSummary>(row: WithDates<View>): View =>
  ({
    ...row,
    next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    replayed_at: row.replayed_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  }) as unknown as View;

/** What narrows the list; what is null does not. */
export interface CallbackFilters {
  readonly state: string | null;
  readonly type: string | null;
  readonly message_id: string | null;
}

export interface CallbackPage {
  readonly clientId: string;
  readonly filters: CallbackFilters;
  /** The id that the page before ended with; null for the first page. */
  readonly before: string | null;
  readonly limit: number;
}

const conditions: Readonly<Record<keyof CallbackFilters, string>> = {
  state: 'c.state = :state',
  type: 'c.type = :type',
  message_id: 'c.message_id = :message_id::uuid',
};

/** A client's callbacks, the newest first: at most `limit`. */
export const listCallbacks = async (
  sql: Sql,
  { clientId, filters, before, limit }: CallbackPage,
): Promise<CallbackSummary[]> => {
  const given = Object.entries(filters).filter(([, value]) => value !== null);
  const asked = given.map(([name]) => conditions[name as keyof CallbackFilters]);
  const statement = `SELECT ${summary} FROM callbacks c
    WHERE ${['c.client_id = :client_id::uuid', ...asked].join(' AND ')} ${before === null ? '' : 'AND c.id < :before::uuid'}
    ORDER BY c.id DESC LIMIT :limit`;
  const parameters = {
    client_id: clientId,
    limit,
    ...Object.fromEntries(given),
    ...(before === null ? {} : { before }),
  };
  return (await sql<WithDates<CallbackSummary>>(statement, parameters)).map((row) => toView<CallbackSummary>(row));
};

const read = `SELECT ${whole} FROM callbacks c WHERE c.id = :id::uuid AND c.client_id = :client_id::uuid`;

/** @returns null when there is none, and when it is another client's. */
export const readCallback = async (sql: Sql, clientId: string, id: string): Promise<CallbackView | null> => {
  const [row] = await sql<WithDates<CallbackView>>(read, { id, client_id: clientId });
  return row ? toView<CallbackView>(row) : null;
};

/** The number of the attempt goes on, so that what is still on a queue or on its way of an earlier one says nothing of this. */
const replay = `
WITH eligible AS (
  SELECT c.id FROM callbacks c WHERE c.id = :id::uuid AND c.client_id = :client_id::uuid AND c.state <> 'PENDING'
  FOR NO KEY UPDATE
),
${claimKeyWhen('EXISTS (SELECT FROM eligible)')}
UPDATE callbacks c SET state = 'PENDING', attempt = c.attempt + 1, attempts_before = c.attempt, replayed_at = now(),
  next_attempt_at = now(), queued_at = NULL, finished_at = NULL
FROM eligible, go WHERE c.id = eligible.id
RETURNING ${whole}`;

export type Replayed =
  | { readonly outcome: 'pending-again' | 'replayed' | 'pending'; readonly callback: CallbackView }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'not-found' };

/** Makes a callback due again that has been delivered or given up. The row is the outbox: it is yet to be queued. */
export const replayCallback = async (
  sql: Sql,
  clientId: string,
  id: string,
  key: IdempotencyKey | null,
): Promise<Replayed> => {
  const parameters = { ...keyParameters(clientId, key, id), id, client_id: clientId };
  const [row] = await sql<WithDates<CallbackView>>(replay, parameters);
  if (row) return { outcome: 'pending-again', callback: toView<CallbackView>(row) };
  const known = key && (await readKeyed(sql, clientId, key));
  if (known?.outcome === 'mismatch') return known;
  const callback = await readCallback(sql, clientId, id);
  if (!callback) return { outcome: 'not-found' };
  return { outcome: known ? 'replayed' : 'pending', callback };
};

const fire = `
WITH eligible AS (
  SELECT c.id, c.callback_url FROM clients c
  WHERE c.id = :client_id::uuid AND c.callback_url IS NOT NULL AND c.callback_secrets <> '[]'
),
${claimKeyWhen('EXISTS (SELECT FROM eligible)')}
INSERT INTO callbacks AS c (id, client_id, type, url, payload)
SELECT :resource_id::uuid, e.id, 'callback.test', e.callback_url, jsonb_build_object('requested_at', :requested_at::text)
FROM eligible e, go
RETURNING ${whole}`;

export type Fired =
  | { readonly outcome: 'fired' | 'replayed'; readonly callback: CallbackView }
  | { readonly outcome: 'mismatch' }
  | { readonly outcome: 'no-url' }
  | { readonly outcome: 'no-secret' }
  | { readonly outcome: 'no-such-client' };

const whyNotFired = async (sql: Sql, clientId: string): Promise<Fired> => {
  const settings = await readCallbackSettings(sql, clientId);
  if (!settings) return { outcome: 'no-such-client' };
  return { outcome: settings.url === null ? 'no-url' : 'no-secret' };
};

/** Writes a `callback.test` to the client's URL, whatever types it wants to be told of. */
export const fireTestCallback = async (
  sql: Sql,
  { id, clientId, requestedAt }: { readonly id: string; readonly clientId: string; readonly requestedAt: string },
  key: IdempotencyKey | null,
): Promise<Fired> => {
  const parameters = { ...keyParameters(clientId, key, id), client_id: clientId, requested_at: requestedAt };
  const [row] = await sql<WithDates<CallbackView>>(fire, parameters).catch((error: unknown) => {
    // Its own row: a timeout hid the commit.
    if (error instanceof SqlError && error.sqlState === '23505' && error.message.includes('callbacks_pkey')) return [];
    throw error;
  });
  if (row) return { outcome: 'fired', callback: toView<CallbackView>(row) };
  const known = key && (await readKeyed(sql, clientId, key));
  if (known?.outcome === 'mismatch') return known;
  const firedId = known?.resourceId ?? id;
  const callback = await readCallback(sql, clientId, firedId);
  return callback ? { outcome: firedId === id ? 'fired' : 'replayed', callback } : whyNotFired(sql, clientId);
};
