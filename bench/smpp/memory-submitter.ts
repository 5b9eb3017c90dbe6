import { setTimeout as pause } from 'node:timers/promises';
import { openOurs } from './clients.ts';
import { submitFields } from './messages.ts';

/** One session in a process of its own; asked to submit, it says its RSS in MiB along the way. */

export interface MemoryRequest {
  readonly port: number;
  readonly window: number;
  readonly messages: number;
  /** Look every second for so long, instead of every 100,000 messages. */
  readonly forMs?: number;
}

const rss = (): number => process.memoryUsage.rss() / 2 ** 20;
const lookEvery = 100_000;

const submitAll = async ({ port, window, messages }: MemoryRequest): Promise<number[]> => {
  const session = await openOurs(port, window);
  const found: number[] = [];
  let begun = 0;
  let answered = 0;
  const keepOne = async () => {
    while (begun < messages) {
      begun += 1;
      await session.submit(submitFields);
      answered += 1;
      if (answered % lookEvery === 0) found.push(rss());
    }
  };
  await Promise.all(Array.from({ length: window }, keepOne));
  session.destroy();
  return found;
};

/** As many as are taken, tick by tick; those that are not are let go. */
const submitAgainst = async ({ port, window, forMs = 0 }: MemoryRequest): Promise<number[]> => {
  const session = await openOurs(port, window);
  const found = [rss()];
  for (let second = 0; second < forMs / 1_000; second++) {
    const until = performance.now() + 1_000;
    while (performance.now() < until) {
      for (let n = 0; n < 1_000; n++) void session.submit(submitFields);
      await pause(1);
    }
    found.push(rss());
  }
  session.destroy();
  return found;
};

process.on('message', (request: MemoryRequest) => {
  const submitting = request.forMs === undefined ? submitAll(request) : submitAgainst(request);
  void submitting.then((found) => process.send?.(found));
});
process.send?.('ready');
