import { setTimeout as pause } from 'node:timers/promises';
import { startChild } from './child.ts';
import type { MemoryRequest } from './memory-submitter.ts';

const messages = 1_000_000;

/** RSS over a million messages through one session, and before a peer that does not read. */
export const benchMemory = async (): Promise<void> => {
  const quick = await startChild<number>('./responder.ts', ['quick']);
  const steady = await startChild('./memory-submitter.ts');
  const request: MemoryRequest = { port: quick.greeting, window: 50, messages };
  const rss = await steady.child.ask<readonly number[]>(request);
  quick.child.stop();
  steady.child.stop();
  const [first = 0, ...later] = rss;
  console.log(`\n${messages} messages through one session, RSS in MiB after each 100,000`);
  console.log(
    `${rss.map((each) => each.toFixed(0)).join(' ')}: at most ${(Math.max(...later) - first).toFixed(0)} more than after the first`,
  );

  const deaf = await startChild<number>('./responder.ts', ['deaf']);
  const blocked = await startChild('./memory-submitter.ts');
  const before = await blocked.child.ask<readonly number[]>({
    port: deaf.greeting,
    window: 1_000_000,
    messages,
    forMs: 10_000,
  });
  await pause(0);
  deaf.child.stop();
  blocked.child.stop();
  console.log('a peer that does not read, RSS in MiB after each second of submitting all that is taken');
  console.log(before.map((each) => each.toFixed(0)).join(' '));
};
