import type { DeadLetterList } from '#shared/contracts/dead-letters.ts';
import { docsPage } from '#shared/contracts/openapi/docs-page.ts';
import { refuse } from '#shared/contracts/problems.ts';
import { answer } from '../api-request.ts';
import type { Handles } from '../handles.ts';

export interface Service {
  /** Each dependency by name, and what is wrong with it, or null. */
  checkDependencies(): Promise<Readonly<Record<string, string | null>>>;
  openApi(): object;
  countDeadLetters(): Promise<DeadLetterList['queues']>;
}

/** The page runs nothing and fetches nothing; whatever found its way into it could not either. */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
};

/** Made when it is first asked for, and kept: the contract takes a tenth of a second to make, and anyone may ask. */
const once = (make: () => string): (() => string) => {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** What anyone may ask: is it alive, does all that it needs answer, and what does it understand. */
export const createServiceHandles = (
  service: Service,
): Handles<'getHealth' | 'getReadiness' | 'getOpenApi' | 'getDocs' | 'listDeadLetters'> => {
  const contract = once(() => JSON.stringify(service.openApi()));
  const page = once(() => docsPage(service.openApi()));
  return {
    getHealth: () => answer(200, { status: 'ok' }),
    getReadiness: async () => {
      const checks = await service.checkDependencies();
      const broken = Object.entries(checks).filter(([, fault]) => fault !== null);
      if (broken.length > 0)
        return refuse('service.not_ready', `Not ready: ${broken.map(([name]) => name).join(', ')}.`);
      return answer(200, {
        status: 'ready',
        checks: Object.fromEntries(Object.keys(checks).map((name) => [name, 'ok'])),
      });
    },
    getOpenApi: () => answer(200, contract()),
    getDocs: () => answer(200, page(), pageHeaders),
    listDeadLetters: async () => answer(200, { queues: await service.countDeadLetters() }),
  };
};
