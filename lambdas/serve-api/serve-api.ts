import type { Accepted, AcceptedRow, NewMessage } from '#shared/adapters/accept-message.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import type { AcceptedMessage, AccountView, MessageView } from '#shared/contracts/messages.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { type Operation, routes } from '#shared/contracts/routes.ts';
import { type Answer, type ApiRequest, answer, hasScope } from './api-request.ts';
import { readSubmission } from './submit-message.ts';

/** What the API does to the world. */
export interface World {
  now(): Date;
  /** UUID v7 of now. */
  newId(): string;
  readonly exemptOrigins: readonly string[];
  accept(message: NewMessage): Promise<Accepted>;
  /** Puts a message on its queue, for when it is due. A failure is not the caller's: dispatch-due finds the row. */
  enqueue(message: AcceptedRow, correlationId: string, clientId: string): Promise<void>;
  readMessage(clientId: string, id: string): Promise<MessageView | null>;
  readAccount(clientId: string): Promise<AccountView | null>;
  /** Each dependency by name, and what is wrong with it, or null. */
  checkDependencies(): Promise<Readonly<Record<string, string | null>>>;
  openApi(): object;
}

/** SQS delays no longer; what is due later is dispatch-due's. */
const longestDelaySeconds = 900;

type Handle = (request: ApiRequest, world: World) => Answer | Refusal | Promise<Answer | Refusal>;

const clientOf = (request: ApiRequest): string => {
  if (!request.caller) throw new Error('A route that needs a caller was reached without one');
  return request.caller.clientId;
};

const view = (message: AcceptedRow): AcceptedMessage => ({
  id: message.id,
  status: message.scheduled ? 'SCHEDULED' : 'QUEUED',
  to: message.recipient,
  from: message.sender,
  parts: message.parts,
  encoding: message.encoding,
  cost_cents: message.cost_cents,
  reference: message.reference,
  expires_at: message.expires_at.toISOString(),
  created_at: message.created_at.toISOString(),
});

const submitMessage: Handle = async (request, world) => {
  const clientId = clientOf(request);
  const read = readSubmission(request, clientId, {
    now: world.now(),
    newId: world.newId(),
    exemptOrigins: world.exemptOrigins,
  });
  if (read.outcome === 'refused') return read;
  const accepted = await world.accept(read.submission);
  switch (accepted.outcome) {
    case 'unaffordable':
      return refuse('credit.insufficient', `It takes ${read.submission.parts} part(s).`);
    case 'mismatch':
      return refuse('idempotency.mismatch', 'Within 24 hours a key stands for one request.');
    case 'no-such-client':
      return refuse('account.not_found', 'It is suspended or gone.');
    case 'replayed':
      return answer(202, view(accepted.message), {
        location: `/v1/messages/${accepted.message.id}`,
        'idempotent-replayed': 'true',
      });
    case 'accepted':
      if (accepted.message.delay_seconds <= longestDelaySeconds)
        await world.enqueue(accepted.message, request.requestId, clientId);
      return answer(202, view(accepted.message), { location: `/v1/messages/${accepted.message.id}` });
  }
};

const getMessage: Handle = async (request, world) => {
  const id = MessageId.safeParse(request.pathParameters.id);
  const found = id.success ? await world.readMessage(clientOf(request), id.data) : null;
  return found ? answer(200, found) : refuse('message.not_found', 'None of this client has that id.');
};

const getAccount: Handle = async (request, world) => {
  const account = await world.readAccount(clientOf(request));
  return account ? answer(200, account) : refuse('account.not_found', 'It is gone.');
};

const getReadiness: Handle = async (_request, world) => {
  const checks = await world.checkDependencies();
  const broken = Object.entries(checks).filter(([, fault]) => fault !== null);
  if (broken.length === 0)
    return answer(200, {
      status: 'ready',
      checks: Object.fromEntries(Object.keys(checks).map((name) => [name, 'ok'])),
    });
  return refuse('service.not_ready', `Not ready: ${broken.map(([name]) => name).join(', ')}.`);
};

const handles: Readonly<Record<Operation, Handle>> = {
  submitMessage,
  getMessage,
  getAccount,
  getHealth: () => answer(200, { status: 'ok' }),
  getReadiness,
  getOpenApi: (_request, world) => answer(200, world.openApi()),
};

/**
 * Answers one request. The gateway has matched the route already: `method` and `path` are the row of the route table
 * it was made from.
 */
export const serve = async (
  method: string,
  path: string,
  request: ApiRequest,
  world: World,
): Promise<Answer | Refusal> => {
  const route = routes.find((each) => each.method === method && each.path === path);
  if (!route) return refuse('route.not_found', `${method} ${path}.`);
  if (!hasScope(request, route.scope)) return refuse('auth.forbidden', `It needs ${route.scope}.`);
  return handles[route.operation](request, world);
};
