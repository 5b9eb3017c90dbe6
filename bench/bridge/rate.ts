import { until } from '../../test/support/until.ts';
import { cpuSecondsOf } from '../process-usage.ts';
import { account, type BenchWorld } from './bench-world.ts';

/** By so many the tasks are warm, each in its turn. */
const warmUp = 1_000;

export interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

const untilEmpty = (world: BenchWorld): Promise<boolean> =>
  until('the queue is empty', async () => (await world.depth('normal')) === 0, { withinMs: 300_000, everyMs: 25 });

const printCalls = (world: BenchWorld, count: number): void => {
  const counts = world.calls.counts();
  const all = counts.reduce((sum, [, times]) => sum + times, 0);
  const each = counts.map(([call, times]) => `${call} ${(times / count).toFixed(4)}`);
  console.log(`  AWS calls a message: ${(all / count).toFixed(3)} (${each.join(', ')})`);
};

/**
 * From the queue over claim, submit_sm_resp and outcome to the deletion, in so many tasks: all of it is in the queue before
 * they start, and measured is what is left when they are warm.
 */
export const measureRate = async (world: BenchWorld, tasks: number, count: number): Promise<Rate> => {
  const all = warmUp * tasks + count;
  await world.bridge.stop();
  await world.accept(all, 'normal');
  world.smsc.clear();
  const service = await world.bridge.run(tasks, account.binds);
  await until('the tasks are warm', () => world.smsc.received().length >= warmUp * tasks, { everyMs: 10 });
  const pids = service.tasks().map(({ pid }) => pid);
  const used = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  const left = all - world.smsc.received().length;
  world.calls.clear();
  const cpuBefore = used();
  const startedAt = performance.now();
  await untilEmpty(world);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = used() - cpuBefore;
  const submitted = world.smsc.received().length;
  if (submitted !== all) console.log(`  the SMSC received ${submitted} submissions, not ${all}`);
  if (service.tasks().some(({ pid }) => !pids.includes(pid))) throw new Error('A task died under the load');
  const rate = { perSecond: left / seconds, perCpuSecond: left / cpuSeconds };
  console.log(
    `${tasks} ${tasks === 1 ? 'task ' : 'tasks'} ${rate.perSecond.toFixed(0)} messages/s, ${rate.perCpuSecond.toFixed(0)} per CPU-second of the bridge (${(cpuSeconds / seconds).toFixed(2)} cores)`,
  );
  printCalls(world, left);
  await world.settled();
  return rate;
};
