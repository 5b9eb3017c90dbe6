import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Listener, listen, readBody } from '../http-listener.ts';
import { accountId, region, TemplateFault } from '../intrinsics.ts';
import { count, type Maker, type Resource, whereOf } from '../resource.ts';

/** Custom resource response object (CloudFormation User Guide, "Custom resource response objects"). */
const Answer = z.object({
  Status: z.enum(['SUCCESS', 'FAILED']),
  Reason: z.string().optional(),
  PhysicalResourceId: z.string(),
  Data: z.record(z.string(), z.unknown()).default({}),
});
type Answer = z.infer<typeof Answer>;

const Kept = z.object({ physicalResourceId: z.string(), properties: z.record(z.string(), z.unknown()) });

interface Inbox {
  readonly url: string;
  readonly answer: Promise<Answer>;
  stop(): Promise<void>;
}

/** An endpoint that stands for the presigned URL which CloudFormation gives a custom resource to answer at. */
const openInbox = async (): Promise<Inbox> => {
  const { promise: answer, resolve, reject } = Promise.withResolvers<Answer>();
  const path = `/${randomUUID()}`;
  const listener: Listener = await listen(0, (request, response) => {
    const take = async (): Promise<void> => {
      const body = await readBody(request, 4096);
      const accepted = request.method === 'PUT' && request.url === path && body;
      response.writeHead(accepted ? 200 : 403).end();
      // What is longer than 4,096 bytes CloudFormation does not read either.
      if (accepted) resolve(Answer.parse(JSON.parse(body.toString('utf8'))));
    };
    take().catch(reject);
  });
  return { url: `${listener.url}${path}`, answer, stop: () => listener.stop() };
};

const requestOf = (resource: Resource, url: string, kept: z.infer<typeof Kept> | undefined): object => ({
  RequestType: kept ? 'Update' : 'Create',
  ResponseURL: url,
  StackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${resource.stack}/local`,
  RequestId: randomUUID(),
  ResourceType: resource.type,
  LogicalResourceId: resource.logicalId,
  ResourceProperties: resource.properties,
  ...(kept && { PhysicalResourceId: kept.physicalResourceId, OldResourceProperties: kept.properties }),
});

const Properties = z.looseObject({
  ServiceToken: z.string().startsWith('arn:aws:lambda:'),
  ServiceTimeout: count.default(3600),
});

/**
 * Asks the function behind a custom resource, and waits until it answers at the ResponseURL. It is asked at every
 * start, as an update where it has answered before: what it makes may have been emptied in between.
 *
 * @throws TemplateFault with the function's reason, when it answers FAILED, ends without an answer, or is too late.
 */
export const makeCustomResource: Maker = async (resource, { runtime, state }) => {
  const where = whereOf(resource);
  const { ServiceToken, ServiceTimeout } = Properties.parse(resource.properties);
  const kept = Kept.safeParse(state.read(where)).data;
  const inbox = await openInbox();
  const timeout = new AbortController();
  try {
    const invoked = runtime.invoke(ServiceToken, JSON.stringify(requestOf(resource, inbox.url, kept)));
    const silent = invoked.then(async (outcome) => {
      // An answer that is on its way when the function ends still counts.
      await sleep(1000, undefined, { signal: timeout.signal });
      throw new TemplateFault(`${where}: its function ended without an answer: ${outcome.payload}`);
    });
    const late = sleep(ServiceTimeout * 1000, undefined, { signal: timeout.signal }).then(() => {
      throw new TemplateFault(`${where}: its function has not answered within ${ServiceTimeout} seconds.`);
    });
    for (const promise of [silent, late]) promise.catch(() => undefined);
    const answer = await Promise.race([inbox.answer, silent, late]);
    if (answer.Status === 'FAILED') throw new TemplateFault(`${where} failed: ${answer.Reason ?? 'no reason given'}`);
    state.write(where, { physicalResourceId: answer.PhysicalResourceId, properties: resource.properties });
    return { ref: answer.PhysicalResourceId, attributes: answer.Data };
  } finally {
    timeout.abort();
    await inbox.stop();
  }
};
