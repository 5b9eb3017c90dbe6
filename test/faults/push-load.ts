import { setTimeout as sleep } from 'node:timers/promises';
import { type DemoCard, demoCards, demoTar } from '../../local/sim/demo-cards.ts';
import type { RunningSignalbox } from '../support/running-signalbox.ts';
import { type Load, type Posted, post } from './post.ts';

const pauseMs = 300;
/** Of one card: a longer line is only longer to recover from. */
const mostInLine = 3;

const select = ['00a40004023f00', '00a40004026f3a'];

/** By turns: short both ways, an answer of two short messages, a packet of two. */
const scripts: readonly (readonly string[])[] = [
  ['00a40004023f00', '00a40004022fe2', '00b000000a'],
  [...select, '00b00000c8'],
  [...select, `00d6000096${'5a'.repeat(150)}`],
];

/** Sends pushes to the demo cards, those of a card one after the other, until it is stopped. */
export const startPushLoad = (box: RunningSignalbox, apiKey: string, seed: number): Load => {
  let isStopping = false;
  const posted: Posted[] = [];
  const isLineLong = async (iccid: string): Promise<boolean> => {
    const open = await box.query('SELECT FROM pushes WHERE iccid = $1 AND final_at IS NULL', [iccid]);
    return open.length >= mostInLine;
  };
  const send = async ({ iccid }: DemoCard): Promise<void> => {
    for (let place = 1; !isStopping; place += 1) {
      while (!isStopping && (await isLineLong(iccid))) await sleep(pauseMs);
      const key = `push-${seed}-${iccid}-${place}`;
      const apdus = scripts[(seed + place) % scripts.length];
      const body = { iccid, tar: demoTar, apdus, validity_seconds: 3_600 };
      posted.push(await post(box, apiKey, '/v1/pushes', { key, body }));
      await sleep(pauseMs);
    }
  };
  const sending = Promise.all(demoCards.map(send));
  return {
    stop: async () => {
      isStopping = true;
      await sending;
      return posted;
    },
  };
};
