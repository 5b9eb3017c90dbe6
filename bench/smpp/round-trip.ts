import { median } from '../median.ts';
import { startChild } from './child.ts';
import type { Measurement, MeasureRequest } from './submitter.ts';

const roundTripMs = 40;
const roundTripWindow = 100;

/** An SMSC that answers after 40 ms: the window by the round trip is the limit. */
export const benchRoundTrip = async (): Promise<void> => {
  const server = await startChild<number>('./responder.ts', ['slow', `${roundTripMs}`]);
  const { child: client } = await startChild('./submitter.ts', ['ours', `${server.greeting}`]);
  const rates: number[] = [];
  const request: MeasureRequest = { window: roundTripWindow, warmUpMs: 500, forMs: 2_000 };
  try {
    for (let round = 0; round < 5; round++) {
      const { messages, seconds } = await client.ask<Measurement>(request);
      rates.push(messages / seconds);
    }
  } finally {
    client.stop();
    server.child.stop();
  }
  const most = (roundTripWindow * 1_000) / roundTripMs;
  console.log(`\nan SMSC that answers after ${roundTripMs} ms, window ${roundTripWindow}`);
  console.log(`${median(rates).toFixed(0)}/s, ${((100 * median(rates)) / most).toFixed(1)} % of the limit, ${most}/s`);
};
