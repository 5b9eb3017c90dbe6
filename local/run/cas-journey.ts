import type { CarouselList } from '#shared/contracts/carousels.ts';
import type { CasRequestList, CasRequestView, EmmView } from '#shared/contracts/cas.ts';
import type { MessageView } from '#shared/contracts/messages.ts';
import type { DevCloud } from '../cloud/dev-cloud.ts';
import type { Receiver } from '../mux/receiver.ts';
import type { Smsc } from '../smsc/start-smsc.ts';
import type { Say } from './say.ts';
import { demoCas } from './seed-cas.ts';

export interface CasJourneyOptions {
  readonly cloud: Pick<DevCloud, 'apiUrl' | 'runSchedule'>;
  readonly apiKey: string;
  /** Null when a real SMSC is used: then the request comes in by the API. */
  readonly smsc: Smsc | null;
  readonly receiver: Receiver;
  readonly say: Say;
  readonly timeoutMs: number;
}

const sender = '491700000009';
const [{ card }] = demoCas.cards;
const [product] = demoCas.packages;
const text = `ACT ${card} ${product.code}`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const until = async <Value>(what: string, end: number, look: () => Promise<Value | undefined> | Value | undefined) => {
  for (; performance.now() < end; await pause(500)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not come about in time`);
};

const call = async <Body>({ cloud, apiKey }: CasJourneyOptions, path: string, body?: object): Promise<Body> => {
  const response = await fetch(new URL(path, cloud.apiUrl), {
    method: body ? 'POST' : 'GET',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json()) as Body;
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
};

/** Sends the text as a subscriber does, and gives the request that came of it. */
const ask = async (options: CasJourneyOptions, end: number): Promise<CasRequestView> => {
  const { smsc, say } = options;
  const since = new Date(Date.now() - 1_000).toISOString();
  if (smsc) smsc.injectMo({ source: sender, destination: demoCas.number, text });
  else await call(options, '/v1/cas/requests', { sender: `+${sender}`, message: text });
  say(`a subscriber texts ${JSON.stringify(text)}${smsc ? ` to ${demoCas.number}` : ''}`);
  return until('The request', end, async () => {
    const { requests } = await call<CasRequestList>(options, `/v1/cas/requests?sender=${sender}`);
    return requests.find(({ received_at, status }) => status === 'PROCESSED' && received_at >= since);
  });
};

/**
 * Shows the way of a text to an entitlement: the answer, the EMM, and the box that has opened it.
 *
 * @throws Error when one of them does not come.
 */
export const runCasJourney = async (options: CasJourneyOptions): Promise<void> => {
  const { cloud, receiver, say } = options;
  const end = performance.now() + options.timeoutMs;
  // By the clock it would be some minutes until the boxes are told the key.
  await cloud.runSchedule('rotate-keys');
  await until('The key', end, () => receiver.epochs.length > 0 || undefined);
  say(`  the box has the key of epoch ${receiver.epochs.join()} out of the transport stream`);
  const [carousel] = await until('The plan', end, async () => {
    await cloud.runSchedule('cycle-emms');
    const { carousels } = await call<CarouselList>(options, '/v1/cas/carousels');
    return carousels.every(({ on_air_seconds }) => on_air_seconds !== null) ? carousels : undefined;
  });
  say(`  carousel ${carousel?.name}: ${JSON.stringify(carousel?.emms)} at ${carousel?.bandwidth_kbit_s} kbit/s`);
  const request = await ask(options, end);
  say(`  ${request.verdict}; the answer: ${JSON.stringify(request.response)}`);
  const { reply_message_id: reply } = request;
  if (reply !== null && options.smsc) {
    await until('The answer’s receipt', end, async () => {
      const { status } = await call<MessageView>(options, `/v1/messages/${reply}`);
      return status === 'DELIVERED' || undefined;
    });
    say('  the subscriber has the answer');
  }
  const [id] = request.emm_ids;
  if (id === undefined) return;
  const emm = await call<EmmView>(options, `/v1/cas/emms/${id}`);
  say(`  EMM ${emm.number}, ${(emm.section_hex?.length ?? 0) / 2} octets, on air until ${emm.expires_at}`);
  const had = await until('The entitlement', end, () =>
    receiver.entitlements.find((each) => each.product === product.product),
  );
  say(`  the box is entitled to product ${had.product} until ${new Date(had.until * 1000).toISOString()}`);
};
