import type { AccountView } from '#shared/contracts/credit.ts';
import type { MessageView } from '#shared/contracts/messages.ts';
import type { CallbackReceiver } from '../callback-receiver/start-callback-receiver.ts';
import type { Say } from './say.ts';

export interface JourneyOptions {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly callbacks: CallbackReceiver;
  readonly say: Say;
  /** How long the message may take altogether. */
  readonly timeoutMs: number;
}

const text = 'Hello from Signalbox: 300 characters of text would be three parts, this is one.';
const recipient = '+491700000099';

/** @throws Error with what was answered when it is refused. */
export const call = async <Body>(options: JourneyOptions, method: string, path: string, body?: object) => {
  const response = await fetch(new URL(path, options.apiUrl), {
    method,
    headers: { 'x-api-key': options.apiKey, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json()) as Body;
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${JSON.stringify(answer)}`);
  return { status: response.status, answer };
};

const account = async (options: JourneyOptions) => (await call<AccountView>(options, 'GET', '/v1/account')).answer;

const describeEvent = ({ type, part, detail }: MessageView['history'][number]): string | null => {
  const id = typeof detail.smsc_message_id === 'string' ? detail.smsc_message_id : '';
  switch (type) {
    case 'QUEUED':
      return 'queued on SQS';
    case 'SENDING':
      return 'claimed by the bridge';
    case 'SUBMITTED':
      return `part ${part} submitted over SMPP, the SMSC calls it ${id}`;
    case 'RECEIPT':
      return `receipt for ${id}: ${String(detail.state)}`;
    case 'DELIVERED':
      return 'settled as DELIVERED';
    case 'SENT':
      return null;
    default:
      return `${type} ${JSON.stringify(detail)}`;
  }
};

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Follows a message until it is final, telling each new entry of its history once. */
const follow = async (options: JourneyOptions, id: string, until: number): Promise<MessageView> => {
  for (let told = 0; performance.now() < until; await pause(100)) {
    const { answer: message } = await call<MessageView>(options, 'GET', `/v1/messages/${id}`);
    for (const event of message.history.slice(told)) {
      const line = describeEvent(event);
      if (line) options.say(`  ${line}`);
    }
    told = message.history.length;
    if (message.final_at !== null) return message;
  }
  throw new Error(`The message ${id} was not final within ${options.timeoutMs / 1000} s`);
};

/** The first callback about it, of a type that begins so. */
export const awaitCallback = async ({ callbacks, timeoutMs }: JourneyOptions, id: string, until: number, type = '') => {
  for (; performance.now() < until; await pause(50)) {
    const found = callbacks.received().find(({ body }) => body?.includes(id) && body.includes(`"type":"${type}`));
    if (found) return found;
  }
  throw new Error(`No callback for ${id} came within ${timeoutMs / 1000} s`);
};

/**
 * Sends one message through everything and tells each step of it.
 *
 * @throws Error when it was not delivered, captured to the cent and called back with a signature that verifies.
 */
export const runJourney = async (options: JourneyOptions): Promise<void> => {
  const { say } = options;
  const until = performance.now() + options.timeoutMs;
  const before = await account(options);
  const { status, answer: accepted } = await call<{ id: string; cost_cents: number }>(options, 'POST', '/v1/messages', {
    to: recipient,
    text,
    reference: 'first-message',
  });
  say(`POST /v1/messages: ${status}, message ${accepted.id}, ${accepted.cost_cents} cents held`);
  const message = await follow(options, accepted.id, until);
  if (message.status !== 'DELIVERED') throw new Error(`The message ended as ${message.status}: ${message.error}`);
  const callback = await awaitCallback(options, accepted.id, until);
  say(`  callback ${(JSON.parse(callback.body ?? '{}') as { type: string }).type}, signature ${callback.verdict}`);
  if (callback.verdict !== 'valid') throw new Error(`The callback's signature is ${callback.verdict}`);
  const after = await account(options);
  const captured = after.captured_cents - before.captured_cents;
  say(`  ${captured} cents captured; ${after.available_cents} cents left, ${after.held_cents} held`);
  if (captured !== accepted.cost_cents) throw new Error(`${captured} cents were captured, not ${accepted.cost_cents}`);
};
