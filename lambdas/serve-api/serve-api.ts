import type { Admission, RateLimits } from '#shared/adapters/rate-limits.ts';
import type { RememberedAnswers } from '#shared/adapters/remembered-answers.ts';
import { type Refusal, refuse } from '#shared/contracts/problems.ts';
import { type Operation, routes } from '#shared/contracts/routes.ts';
import type { Fill } from '#shared/domain/token-bucket.ts';
import { type Answer, type ApiCaller, type ApiRequest, hasScope } from './api-request.ts';
import type { Handles } from './handles.ts';
import { recallAnswer, rememberAnswer } from './repeat-answer.ts';

export interface Server {
  readonly handles: Handles<Operation>;
  readonly rateLimits: RateLimits;
  readonly answers: RememberedAnswers;
  /** Tells that something a request can do without did not answer. */
  warn(what: string, error: unknown): void;
}

const limitHeaders = ({ limit, remaining, resetSeconds }: Fill): Record<string, string> => ({
  'ratelimit-limit': `${limit}`,
  'ratelimit-remaining': `${remaining}`,
  'ratelimit-reset': `${resetSeconds}`,
});

/** A table that does not answer is no reason to refuse: the limit is for fairness, the gateway's throttle for safety. */
const admit = (caller: ApiCaller, { rateLimits, warn }: Server): Promise<Admission | undefined> =>
  rateLimits.take(caller.clientId, caller).catch((error: unknown) => {
    warn('The rate limits did not answer', error);
    return undefined;
  });

const answerKnown = async (
  request: ApiRequest,
  caller: ApiCaller,
  operation: Operation,
  server: Server,
): Promise<Answer | Refusal> => {
  const [admission, remembered] = await Promise.all([admit(caller, server), recallAnswer(request, caller, server)]);
  if (admission?.outcome === 'limited') {
    const headers = { ...limitHeaders(admission.fill), 'retry-after': `${admission.retryAfterSeconds}` };
    const detail = `${caller.ratePerSecond} a second are allowed, and ${caller.burst} at once.`;
    return { ...refuse('rate.exceeded', detail), headers };
  }
  const said = remembered ?? (await server.handles[operation](request));
  if (!remembered && said.outcome === 'answered') await rememberAnswer(request, caller, said, server);
  return admission ? { ...said, headers: { ...said.headers, ...limitHeaders(admission.fill) } } : said;
};

/**
 * Answers one request. The gateway has matched the route already: the request's method and route are the row of the
 * route table it was made from.
 */
export const serve = async (request: ApiRequest, server: Server): Promise<Answer | Refusal> => {
  const route = routes.find((each) => each.method === request.method && each.path === request.route);
  if (!route) return refuse('route.not_found', `${request.method} ${request.route}.`);
  if (!hasScope(request, route.scope)) return refuse('auth.forbidden', `It needs ${route.scope}.`);
  if (!request.caller) return server.handles[route.operation](request);
  return answerKnown(request, request.caller, route.operation, server);
};
