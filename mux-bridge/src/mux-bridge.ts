import { isDeepStrictEqual } from 'node:util';
import type { CarouselRow } from '#shared/adapters/carousel/read-carousels.ts';
import { logger } from '#shared/telemetry.ts';
import { createPause } from './pause.ts';
import type { Stream } from './stream.ts';

export interface MuxBridgeNeeds {
  readCarousels(): Promise<readonly CarouselRow[]>;
  startStream(row: CarouselRow): Stream;
}

export interface NamedStream extends Pick<Stream, 'isActive' | 'allocation' | 'emissions' | 'octets' | 'held'> {
  readonly id: string;
}

export interface MuxBridge {
  /** Whether the carousels were read once: a task that stands by is as ready as one that emits. */
  readonly isReady: boolean;
  readonly streams: readonly NamedStream[];
  /** Closes every stream, and gives back its lease. */
  stop(): Promise<void>;
}

const everyMs = 5_000;

/** What a stream cannot change without another connection. */
const connectionOf = ({ output, settings, client_id, ca_system_id }: CarouselRow) => ({
  output,
  settings,
  client_id,
  ca_system_id,
});

/** Keeps a stream for each carousel that there is, as it is configured. */
export const startMuxBridge = (needs: MuxBridgeNeeds): MuxBridge => {
  const running = new Map<string, { row: CarouselRow; readonly stream: Stream }>();
  let isReady = false;
  let isStopped = false;
  const pause = createPause();

  const stopOne = async (id: string): Promise<void> => {
    const stream = running.get(id)?.stream;
    running.delete(id);
    await stream?.stop();
  };

  const keepOne = async (row: CarouselRow): Promise<void> => {
    const known = running.get(row.id);
    if (known && isDeepStrictEqual(connectionOf(known.row), connectionOf(row))) {
      if (!isDeepStrictEqual(known.row, row)) known.stream.change(row);
      known.row = row;
      return;
    }
    await stopOne(row.id);
    running.set(row.id, { row, stream: needs.startStream(row) });
  };

  const look = async (): Promise<void> => {
    const rows = await needs.readCarousels();
    if (isStopped) return;
    const wanted = new Set(rows.map(({ id }) => id));
    for (const id of [...running.keys()]) if (!wanted.has(id)) await stopOne(id);
    for (const row of rows) await keepOne(row);
    isReady = true;
  };

  const keep = async (): Promise<void> => {
    while (!isStopped) {
      await look().catch((error: unknown) => logger.warn('Carousels could not be read yet', { error: error as Error }));
      await pause.wait(everyMs);
    }
  };
  const keeping = keep();

  return {
    get isReady() {
      return isReady;
    },
    get streams() {
      return [...running].map(([id, { stream }]) => ({
        id,
        isActive: stream.isActive,
        allocation: stream.allocation,
        emissions: stream.emissions,
        octets: stream.octets,
        held: stream.held,
      }));
    },
    stop: async () => {
      isStopped = true;
      pause.wake();
      await keeping;
      await Promise.all([...running.keys()].map(stopOne));
    },
  };
};
