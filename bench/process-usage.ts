import { readdirSync, readFileSync } from 'node:fs';

/** What a process has used since it began. */
export interface Usage {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

/** Linux counts a hundred ticks a second for every program (USER_HZ). */
const ticksPerSecond = 100;

interface Process extends Usage {
  readonly pid: number;
  readonly parent: number;
}

const read = (pid: number): Process | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, pages = 0] = [fields[1], fields[11], fields[12], fields[21]];
    const program = command.find((word) => /postgres|main\.mjs|bench/.test(word)) ?? command[0] ?? '';
    return {
      pid,
      parent,
      name: /postgres/.test(program) ? 'PostgreSQL' : /main\.mjs/.test(program) ? 'smpp-bridge' : program,
      cpuSeconds: (user + system) / ticksPerSecond,
      rssMiB: (pages * 4096) / 2 ** 20,
    };
  } catch {
    return undefined;
  }
};

/** Processor time that a process has used since it began, in seconds; 0 of one that is no more. Linux. */
export const cpuSecondsOf = (pid: number): number => read(pid)?.cpuSeconds ?? 0;

/** This process and all that it started, on Linux; those of one name as one. Shared pages count in each. */
export const usageOfAll = (): Usage[] => {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => read(Number(entry)) ?? []);
  const mine = new Set([process.pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent } of all)
      if (mine.has(parent) && !mine.has(pid)) {
        mine.add(pid);
        grown = true;
      }
  }
  const named = all
    .filter(({ pid }) => mine.has(pid))
    .map((each) => (each.pid === process.pid ? { ...each, name: 'dev cloud, simulator and load' } : each));
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, some]) => ({
    name,
    cpuSeconds: some.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    rssMiB: some.reduce((sum, { rssMiB }) => sum + rssMiB, 0),
  }));
};
