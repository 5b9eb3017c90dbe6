import { createHash } from 'node:crypto';
import type { RememberedAnswers } from '#shared/adapters/remembered-answers.ts';
import { type Answer, type ApiCaller, type ApiRequest, bodyText } from './api-request.ts';

/**
 * The fast tier of idempotency: the answer to a POST is given again without asking the database. It only ever repeats
 * what was committed; a request that it does not know to the octet goes on to the database, which decides.
 */

interface Memory {
  readonly answers: RememberedAnswers;
  warn(what: string, error: unknown): void;
}

const keyOf = ({ method, headers }: ApiRequest): string | undefined =>
  method === 'POST' ? headers['idempotency-key'] : undefined;

/** The first answer is given again as it was: who asks for it in another representation has the database make it. */
const hashOf = ({ route, pathParameters, headers, body }: ApiRequest): string =>
  createHash('sha256')
    .update(JSON.stringify([route, pathParameters, headers.accept, headers['content-type'], body]))
    .digest('hex');

export const recallAnswer = async (
  request: ApiRequest,
  { clientId }: ApiCaller,
  { answers, warn }: Memory,
): Promise<Answer | undefined> => {
  const key = keyOf(request);
  if (!key) return undefined;
  const known = await answers.find(clientId, key).catch((error: unknown) => {
    warn('The remembered answers could not be read', error);
    return undefined;
  });
  if (known?.requestHash !== hashOf(request)) return undefined;
  const headers = { ...known.headers, 'idempotent-replayed': 'true' };
  return { outcome: 'answered', status: known.status, body: known.body, headers };
};

/** Only what made something is worth it; a dry run (200) made nothing, and a secret is shown once. */
export const rememberAnswer = async (
  request: ApiRequest,
  { clientId }: ApiCaller,
  said: Answer,
  { answers, warn }: Memory,
): Promise<void> => {
  const key = keyOf(request);
  if (!key || said.isSecret || (said.status !== 201 && said.status !== 202)) return;
  const { 'idempotent-replayed': _replayed, ...headers } = said.headers ?? {};
  await answers
    .remember(clientId, key, { requestHash: hashOf(request), status: said.status, headers, body: bodyText(said) })
    .catch((error: unknown) => warn('An answer could not be remembered', error));
};
