import type { IdempotencyKey } from '#shared/adapters/accept-message.ts';
import type { Actor } from '#shared/adapters/audited.ts';
import type { ChangedNumber, CreatedNumber, WantedNumbers } from '#shared/adapters/inbound-numbers.ts';
import {
  ChangeNumber,
  CreateNumber,
  ListNumbers,
  mostKeywords,
  NumberId,
  type NumberSummary,
  type NumberView,
} from '#shared/contracts/inbound.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { actorOf, replayHeaders } from '../admin/actor-of.ts';
import { noSuchClient } from '../admin/client-handles.ts';
import { type ApiRequest, answer } from '../api-request.ts';
import type { Handle, Handles } from '../handles.ts';
import { keyMismatch } from '../messages/submit-message.ts';
import { pageOf } from '../page-of-list.ts';
import { readBody, readKey, readQuery } from '../read-body.ts';

/** What administering numbers does to the world. */
export interface NumberAdministration {
  /** UUID v7 of now. */
  newId(): string;
  createNumber(
    number: { readonly id: string; readonly number: CreateNumber },
    actor: Actor,
    key: IdempotencyKey | null,
  ): Promise<CreatedNumber>;
  changeNumber(change: { readonly id: string; readonly changes: ChangeNumber }, actor: Actor): Promise<ChangedNumber>;
  removeNumber(id: string, actor: Actor): Promise<boolean>;
  readNumber(id: string): Promise<NumberView | null>;
  listNumbers(wanted: WantedNumbers): Promise<NumberSummary[]>;
}

type Operations = 'createNumber' | 'listNumbers' | 'getNumber' | 'changeNumber' | 'removeNumber';

const noSuchNumber = (): Refusal => refuse('number.not_found', 'None has that id.');

const numberIdOf = (request: ApiRequest): string | null => NumberId.safeParse(request.pathParameters.id).data ?? null;

const createNumber =
  (world: NumberAdministration): Handle =>
  async (request) => {
    const body = readBody(request, CreateNumber);
    if (body.outcome === 'refused') return body;
    const keyed = readKey(request, 'createNumber', body.value);
    if (keyed.outcome === 'refused') return keyed;
    const created = await world.createNumber({ id: world.newId(), number: body.value }, actorOf(request), keyed.key);
    switch (created.outcome) {
      case 'mismatch':
        return keyMismatch();
      case 'taken':
        return refuse('number.taken', `${body.value.number} at ${body.value.provider ?? 'any provider'} is there.`);
      case 'no-such-client':
        return noSuchClient();
      case 'no-such-provider':
        return refuse('provider.not_found', 'None has that name.');
      default:
        return answer(201, created.number, {
          location: `/v1/admin/numbers/${created.number.id}`,
          ...replayHeaders(created.outcome),
        });
    }
  };

const listNumbers =
  (world: NumberAdministration): Handle =>
  async (request) => {
    const query = readQuery(request, ListNumbers);
    if (query.outcome === 'refused') return query;
    const { number = null, client_id: clientId = null } = query.value;
    const page = await pageOf(request, query.value, {
      name: `listNumbers ${JSON.stringify([number, clientId])}`,
      parse: ([id]) => NumberId.safeParse(id).data,
      positionOf: (each: NumberSummary) => [each.id],
      fetch: (after, limit) => world.listNumbers({ number, clientId, after, limit }),
    });
    return page.outcome === 'refused' ? page : answer(200, { numbers: page.rows, next_cursor: page.next_cursor });
  };

const changeNumber =
  (world: NumberAdministration): Handle =>
  async (request) => {
    const body = readBody(request, ChangeNumber);
    if (body.outcome === 'refused') return body;
    const id = numberIdOf(request);
    if (!id) return noSuchNumber();
    const changed = await world.changeNumber({ id, changes: body.value }, actorOf(request));
    switch (changed.outcome) {
      case 'changed':
        return answer(200, changed.number);
      case 'no-such-number':
        return noSuchNumber();
      case 'no-such-client':
        return noSuchClient();
      case 'too-many-keywords':
        return refuse('number.keywords', `It would have more than ${mostKeywords}.`);
    }
  };

export const createNumberHandles = (world: NumberAdministration): Handles<Operations> => ({
  createNumber: createNumber(world),
  listNumbers: listNumbers(world),
  changeNumber: changeNumber(world),
  getNumber: async (request) => {
    const id = numberIdOf(request);
    const number = id && (await world.readNumber(id));
    return number ? answer(200, number) : noSuchNumber();
  },
  removeNumber: async (request) => {
    const id = numberIdOf(request);
    return id && (await world.removeNumber(id, actorOf(request))) ? answer(204, null) : noSuchNumber();
  },
});
