import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningSignalbox } from '../support/running-signalbox.ts';
import { createDice, type Dice } from './dice.ts';

/** One message as its sender knows it. */
export interface Posted {
  readonly key: string;
  readonly to: string;
  /** Every id that a 202 gave; more than one would be a message too many. */
  readonly ids: ReadonlySet<string>;
  readonly tries: number;
  /** What the API said that no retry mends. */
  readonly refusal: string | null;
}

export interface Load {
  /** Sends nothing new, and resolves when all that was begun is accepted or refused. */
  stop(): Promise<readonly Posted[]>;
}

const senders = 6;
const pauseMs = 130;
const answerWithinMs = 15_000;

interface Message {
  readonly to: string;
  readonly text: string;
  readonly priority: string;
  readonly validity_seconds: number;
}

/** Mostly what is delivered; now and then each of the simulator's other destinations. */
const suffixes = ['0001', '0002', '0003', '0004', '0005', '0006'] as const;

const messageOf = (dice: Dice, prefix: string, place: number): Message => {
  const suffix = dice.integer(1, 10) <= 3 ? dice.pick(suffixes) : '0099';
  const text = `${prefix} ${place}`;
  return {
    to: `4917${prefix}${String(place).padStart(4, '0')}${suffix}`.slice(0, 15),
    text: dice.integer(1, 6) === 1 ? text.padEnd(dice.pick([200, 400]), 'x') : text,
    priority: dice.pick(['high', 'normal', 'normal', 'bulk']),
    validity_seconds: 3_600,
  };
};

const isPassing = (status: number): boolean => status >= 500 || status === 429;

/** Posts as a careful client does: again under the same key, until the API has said something that stands. */
const post = async (box: RunningSignalbox, apiKey: string, key: string, message: Message) => {
  const ids = new Set<string>();
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(`${box.cloud.apiUrl}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(answerWithinMs),
    })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch((error: unknown) => ({ status: 599, text: String(error) }));
    if (answer.status === 202) ids.add((JSON.parse(answer.text) as { id: string }).id);
    // What was accepted is asked again now and then: the answer is to be the same.
    const isDone = answer.status === 202 && (ids.size > 1 || tries % 5 !== 1 || !key.endsWith('7'));
    if (isDone) return { key, to: message.to, ids, tries, refusal: null };
    if (answer.status !== 202 && !isPassing(answer.status))
      return { key, to: message.to, ids, tries, refusal: `${answer.status} ${answer.text}` };
    await sleep(200);
  }
};

/** Sends messages of all kinds, some thirty a second, until it is stopped. */
export const startLoad = (box: RunningSignalbox, apiKey: string, seed: number): Load => {
  const dice = createDice(seed + 1_000_000);
  const prefix = String(seed % 1_000).padStart(3, '0');
  let isStopping = false;
  let place = 0;
  const posted: Posted[] = [];
  const send = async (): Promise<void> => {
    while (!isStopping) {
      place += 1;
      const key = `seed-${seed}-${place}`;
      posted.push(await post(box, apiKey, key, messageOf(dice, prefix, place)));
      await sleep(pauseMs);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, send));
  return {
    stop: async () => {
      isStopping = true;
      await sending;
      return posted;
    },
  };
};
