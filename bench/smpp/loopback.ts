import { median } from '../median.ts';
import { type Child, startChild } from './child.ts';
import type { Measurement, MeasureRequest } from './submitter.ts';

const rounds = 5;
const windows = [1, 10, 50, 100];
/** Who submits, and to whom: each as quick an answerer as there is. */
const pairs = { ours: 'quick', package: 'package', raw: 'raw' } as const;

type Kind = keyof typeof pairs;

const startPair = async (kind: Kind) => {
  const server = await startChild<number>('./responder.ts', [pairs[kind]]);
  const client = await startChild('./submitter.ts', [kind, `${server.greeting}`]);
  return { kind, client: client.child, children: [server.child, client.child] };
};

const measure = (client: Child, window: number): Promise<Measurement> => {
  const request: MeasureRequest = { window, warmUpMs: 300, forMs: 800 };
  return client.ask<Measurement>(request);
};

const print = (window: number, found: Readonly<Record<Kind, readonly Measurement[]>>): void => {
  const rate = (kind: Kind) => median(found[kind].map(({ messages, seconds }) => messages / seconds));
  const perCpu = (kind: Kind) => median(found[kind].map(({ messages, cpuSeconds }) => messages / cpuSeconds));
  const times = (figure: (kind: Kind) => number, other: Kind) => (figure('ours') / figure(other)).toFixed(2);
  const shown = (figure: (kind: Kind) => number) =>
    (['ours', 'package', 'raw'] as const).map((kind) => `${(figure(kind) / 1e3).toFixed(1)}k`.padStart(8)).join('');
  console.log(
    `${`${window}`.padStart(6)}  ${shown(rate)}  ${times(rate, 'package').padStart(6)}${times(rate, 'raw').padStart(6)}   ` +
      `${shown(perCpu)}  ${times(perCpu, 'package').padStart(6)}${times(perCpu, 'raw').padStart(6)}`,
  );
};

/** One connection over loopback, client and server in processes of their own: ours, the package's, and none at all. */
export const benchLoopback = async (): Promise<void> => {
  const running = await Promise.all((Object.keys(pairs) as Kind[]).map(startPair));
  console.log("\nsubmit_sm over loopback, one connection: per second, and per second of the client's processor time");
  console.log('window      ours    smpp     raw   /smpp  /raw       ours    smpp     raw   /smpp  /raw');
  try {
    for (const window of windows) {
      const found: Record<Kind, Measurement[]> = { ours: [], package: [], raw: [] };
      for (let round = 0; round < rounds; round++)
        for (const { kind, client } of running) found[kind].push(await measure(client, window));
      print(window, found);
    }
  } finally {
    for (const { children } of running) for (const child of children) child.stop();
  }
};
