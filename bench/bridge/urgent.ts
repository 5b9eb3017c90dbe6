import { until } from '../../test/support/until.ts';
import { openLoop } from '../api/load.ts';
import { percentile } from '../percentile.ts';
import { account, type BenchWorld } from './bench-world.ts';

const perSecond = 10;
const seconds = 10;

const times = (name: string, milliseconds: readonly number[]): string => {
  const [p50, p99] = [50, 99].map((hundredths) => percentile(milliseconds, hundredths).toFixed(0));
  return `${name} p50 ${p50} ms, p99 ${p99} ms`;
};

/** A high-priority message every tenth of a second: from its POST to its submit_sm. */
const measureUrgent = async (world: BenchWorld, name: string): Promise<void> => {
  const postedAt = new Map<string, number>();
  const posts: number[] = [];
  const answeredAt = new Map<string, number>();
  await openLoop(perSecond, seconds, async () => {
    const startedAt = Date.now();
    const { destination, milliseconds } = await world.acceptOne('high');
    postedAt.set(destination, startedAt);
    answeredAt.set(destination, startedAt + milliseconds);
    posts.push(milliseconds);
  });
  const left = await world.depth('bulk');
  const submittedSince = (started: ReadonlyMap<string, number>) =>
    world.smsc.received().flatMap(({ destination, time }) => {
      const since = started.get(destination);
      return since === undefined ? [] : [Math.max(0, Date.parse(time) - since)];
    });
  const found = await until('every urgent message is submitted', () => {
    const all = submittedSince(postedAt);
    return all.length >= postedAt.size ? all : null;
  });
  const behind = submittedSince(answeredAt);
  console.log(
    `${name}: ${times('POST to submit_sm', found)}; ${times('the POST', posts)}; ${times('its answer to submit_sm', behind)}; ${left} bulk left`,
  );
};

/** Urgent messages with nothing else to do, and behind so many bulk messages. */
export const benchUrgent = async (world: BenchWorld, backlog: number): Promise<void> => {
  await world.bridge.run(1, account.binds);
  await world.accept(1_000, 'normal');
  await world.settled();
  await measureUrgent(world, 'high alone');
  await world.settled();
  await world.bridge.stop();
  const startedAt = performance.now();
  await world.accept(backlog, 'bulk');
  console.log(
    `${backlog} bulk messages accepted in ${((performance.now() - startedAt) / 1000).toFixed(0)} s, ${await world.depth('bulk')} in the queue`,
  );
  world.smsc.clear();
  await world.bridge.run(1, account.binds);
  await until('the bulk flows', () => world.smsc.received().length > 1_000);
  await measureUrgent(world, `high behind ${backlog} bulk`);
};
