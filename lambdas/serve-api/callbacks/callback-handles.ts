import { v7 as uuidV7 } from 'uuid';
import {
  type CallbackFilters,
  fireTestCallback,
  listCallbacks,
  readCallback,
  replayCallback,
} from '#shared/adapters/client-callbacks.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import {
  type CallbackList,
  type CallbackSummary,
  type CallbackView,
  ListCallbacks,
} from '#shared/contracts/callbacks.ts';
import { CallbackId } from '#shared/contracts/identifiers.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { answer, callerOf } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch, noSuchClient } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readKey, readQuery } from '../read-body.ts';
import { createSettingsHandles, noSecret, type SettingsNeeds } from './settings-handles.ts';

export interface CallbackNeeds extends SettingsNeeds {
  readonly sql: Sql;
  /** Puts a callback on its queue. A failure is not the caller's: dispatch-due finds the row. */
  enqueueCallback(callback: CallbackView, clientId: string): Promise<void>;
}

type Operations = 'listCallbacks' | 'getCallback' | 'replayCallback' | 'testCallback';

const noSuchCallback = (): Refusal => refuse('callback.not_found', 'None of this client has that id.');

const replayed = { 'idempotent-replayed': 'true' };

const list =
  ({ sql }: CallbackNeeds): Handle =>
  async (request) => {
    const query = readQuery(request, ListCallbacks);
    if (query.outcome === 'refused') return query;
    const { state = null, type = null, message_id = null } = query.value;
    const filters: CallbackFilters = { state, type, message_id };
    const { clientId } = callerOf(request);
    const page = await pageOf(request, query.value, {
      name: `listCallbacks ${JSON.stringify(filters)}`,
      parse: ([id]) => CallbackId.safeParse(id).data,
      positionOf: ({ id }: CallbackSummary) => [id],
      fetch: (before, limit) => listCallbacks(sql, { clientId, filters, before, limit }),
    });
    if (page.outcome === 'refused') return page;
    const view: CallbackList = { callbacks: [...page.rows], next_cursor: page.next_cursor };
    return answer(200, view);
  };

const replay =
  ({ sql, enqueueCallback }: CallbackNeeds): Handle =>
  async (request) => {
    const id = CallbackId.safeParse(request.pathParameters.id);
    const keyed = readKey(request, 'replayCallback', id.data ?? null);
    if (keyed.outcome === 'refused') return keyed;
    if (!id.success) return noSuchCallback();
    const { clientId } = callerOf(request);
    const said = await replayCallback(sql, clientId, id.data, keyed.key);
    switch (said.outcome) {
      case 'mismatch':
        return keyMismatch();
      case 'not-found':
        return noSuchCallback();
      case 'pending':
        return refuse('callback.pending', `Attempt ${said.callback.attempt} is due or on its way.`);
      case 'replayed':
        return answer(202, said.callback, replayed);
      case 'pending-again':
        await enqueueCallback(said.callback, clientId);
        return answer(202, said.callback);
    }
  };

const fire =
  ({ sql, enqueueCallback }: CallbackNeeds): Handle =>
  async (request) => {
    const keyed = readKey(request, 'testCallback', null);
    if (keyed.outcome === 'refused') return keyed;
    const { clientId } = callerOf(request);
    const test = { id: uuidV7(), clientId, requestedAt: new Date().toISOString() };
    const fired = await fireTestCallback(sql, test, keyed.key);
    switch (fired.outcome) {
      case 'mismatch':
        return keyMismatch();
      case 'no-url':
        return refuse('callback.no_url', 'The settings have none.');
      case 'no-secret':
        return noSecret();
      case 'no-such-client':
        return noSuchClient();
      default: {
        const isReplay = fired.outcome === 'replayed';
        if (!isReplay) await enqueueCallback(fired.callback, clientId);
        const location = `/v1/callbacks/${fired.callback.id}`;
        return answer(202, fired.callback, { location, ...(isReplay ? replayed : {}) });
      }
    }
  };

/** What a client was told and is yet to be told of, and where. */
export const createCallbackHandles = (
  needs: CallbackNeeds,
): Handles<Operations | keyof ReturnType<typeof createSettingsHandles>> => ({
  ...createSettingsHandles(needs),
  listCallbacks: list(needs),
  getCallback: async (request) => {
    const id = CallbackId.safeParse(request.pathParameters.id);
    const found = id.success ? await readCallback(needs.sql, callerOf(request).clientId, id.data) : null;
    return found ? answer(200, found) : noSuchCallback();
  },
  replayCallback: replay(needs),
  testCallback: fire(needs),
});
