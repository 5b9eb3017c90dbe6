import type { Handle } from '../../lambdas/serve-api/handles.ts';
import { apiCaller, apiRequest } from './api-request.ts';

interface Asked {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** What a handle said: the members of an answer, or those of a refusal. */
export interface Spoken {
  readonly outcome: 'answered' | 'refused';
  readonly status?: number;
  readonly body?: object | string | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly isSecret?: boolean | undefined;
  readonly code?: string;
  readonly detail?: string;
}

/** Asks handles of the admin scope as one operator. */
export const createAdminRequest =
  <Name extends string>(handles: Readonly<Record<Name, Handle>>) =>
  async (operation: Name, { path = {}, query = {}, headers = {}, body }: Asked = {}): Promise<Spoken> =>
    handles[operation](
      apiRequest({
        caller: apiCaller({ scopes: new Set(['admin']) }),
        pathParameters: path,
        query,
        headers,
        ...(body === undefined ? {} : { body }),
      }),
    );
