import { percentile } from '../percentile.ts';

export interface Measured {
  /** How often it was done in a second. */
  readonly perSecond: number;
  /** Of each time, from when it was due. */
  readonly milliseconds: readonly number[];
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000;

/** As fast as so many hands do it, each its next as soon as its last is done. */
export const closedLoop = async (
  hands: number,
  seconds: number,
  act: (n: number) => Promise<unknown>,
): Promise<Measured> => {
  const milliseconds: number[] = [];
  const startedAt = performance.now();
  let next = 0;
  const hand = async () => {
    while (secondsSince(startedAt) < seconds) {
      const dueAt = performance.now();
      await act(next++);
      milliseconds.push(performance.now() - dueAt);
    }
  };
  await Promise.all(Array.from({ length: hands }, hand));
  return { perSecond: milliseconds.length / secondsSince(startedAt), milliseconds };
};

/** So many a second, whatever became of those before: what waits is waited for. */
export const openLoop = async (
  perSecond: number,
  seconds: number,
  act: (n: number) => Promise<unknown>,
): Promise<Measured> => {
  const milliseconds: number[] = [];
  const startedAt = performance.now();
  const all: Promise<void>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    const dueAt = startedAt + (1_000 * n) / perSecond;
    const wait = dueAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    all.push(act(n).then(() => void milliseconds.push(performance.now() - dueAt)));
  }
  await Promise.all(all);
  return { perSecond: milliseconds.length / secondsSince(startedAt), milliseconds };
};

export const describe = ({ perSecond, milliseconds }: Measured, each = 1): string => {
  const [p50, p95, p99] = [50, 95, 99].map((hundredths) => percentile(milliseconds, hundredths).toFixed(1));
  return `${(each * perSecond).toFixed(0).padStart(6)}/s   p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`;
};
