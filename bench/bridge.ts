import { cpus, loadavg } from 'node:os';
import { type BenchWorld, startBenchWorld } from './bridge/bench-world.ts';
import { measureKannel } from './bridge/kannel.ts';
import { measureRate } from './bridge/rate.ts';
import { benchUrgent } from './bridge/urgent.ts';

const benchRates = async (world: BenchWorld, count: number): Promise<void> => {
  const one = await measureRate(world, 1, count);
  const two = await measureRate(world, 2, count);
  console.log(`  2 tasks do ${(two.perSecond / one.perSecond).toFixed(2)} times as much as 1`);
  await world.bridge.stop();
  const kannel = await measureKannel(world.smsc, count);
  if (!kannel) return console.log('Kannel is not installed: see npm run test:peers');
  console.log(
    `Kannel  ${kannel.perSecond.toFixed(0)} messages/s, ${kannel.perCpuSecond.toFixed(0)} per CPU-second of bearerbox: ${(one.perCpuSecond / kannel.perCpuSecond).toFixed(3)} of it is 1 task's`,
  );
};

/**
 * What the bridge does with full queues, and how soon it sends what is urgent behind a backlog:
 * `npm run bench -- bridge [count] [backlog]`.
 */
export const benchBridge = async ([countText = '5000', backlogText = '20000']: readonly string[]): Promise<void> => {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${cpus().length} cores (${cpu?.model}), Node ${process.versions.node}, load ${load} before, fsync on`);
  const world = await startBenchWorld();
  try {
    await benchRates(world, Number(countText));
    await benchUrgent(world, Number(backlogText));
  } finally {
    await world.stop();
  }
};
