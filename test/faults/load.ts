import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningSignalbox } from '../support/running-signalbox.ts';
import { createDice, type Dice } from './dice.ts';
import { type Load, type Posted, post } from './post.ts';

const senders = 6;
const pauseMs = 130;

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
      posted.push(await post(box, apiKey, '/v1/messages', { key, body: messageOf(dice, prefix, place) }));
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
