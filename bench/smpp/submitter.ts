import { clients } from './clients.ts';
import { cpuSeconds } from './cpu-seconds.ts';

/** One client in a process of its own: `submitter.ts KIND PORT`; asked to submit for a time, it says what it did. */

export interface Measurement {
  readonly messages: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface MeasureRequest {
  readonly window: number;
  readonly warmUpMs: number;
  readonly forMs: number;
}

const [kind = '', port = ''] = process.argv.slice(2);
const client = clients[kind]?.(Number(port));
if (!client) throw new Error(`no such client: ${kind}`);

const measure = async ({ window, warmUpMs, forMs }: MeasureRequest): Promise<Measurement> => {
  let messages = 0;
  let isOver = false;
  let begun = { messages: 0, at: 0, cpu: 0 };
  let ended = begun;
  const now = () => ({ messages, at: performance.now(), cpu: cpuSeconds() });
  setTimeout(() => {
    begun = now();
  }, warmUpMs);
  setTimeout(() => {
    ended = now();
    isOver = true;
  }, warmUpMs + forMs);
  await client.run(
    window,
    () => isOver,
    () => void messages++,
  );
  return {
    messages: ended.messages - begun.messages,
    seconds: (ended.at - begun.at) / 1000,
    cpuSeconds: ended.cpu - begun.cpu,
  };
};

process.on('message', (request: MeasureRequest) => void measure(request).then((found) => process.send?.(found)));
process.send?.('ready');
