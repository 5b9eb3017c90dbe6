import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

/** A command of the repository, run as a person runs it: in a group of its own, as a terminal has it. */
export interface Command {
  /** What it has written so far, to both streams. */
  readonly output: string;
  /** Waits for a line. @throws Error with all that was written, when it does not come, or the command ends first. */
  says(line: RegExp): Promise<void>;
  /** To every process of the group, as Ctrl-C in a terminal. */
  interrupt(signal: NodeJS.Signals): void;
  /** Every process that comes from it now, in whatever group. */
  processes(): readonly Process[];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly line: string;
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

const allProcesses = (): Process[] =>
  execFileSync('ps', ['-e', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
    .split('\n')
    .flatMap((row) => {
      const [, pid, parent, line] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), line: line ?? '' }];
    });

const treeOf = (root: number): readonly Process[] => {
  const all = allProcesses();
  const found = new Set([root]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid));
};

/** Which of these still run: a number that another command line has by now does not count. */
export const stillRunning = (processes: readonly Process[]): readonly Process[] => {
  const now = new Map(allProcesses().map((each) => [each.pid, each.line]));
  return processes.filter(({ pid, line }) => now.get(pid) === line);
};

const started = new Set<ChildProcess>();

/** Ends whatever a test that failed has left. */
export const endCommands = (): void => {
  for (const child of started)
    for (const { pid } of child.pid === undefined ? [] : treeOf(child.pid)) process.kill(pid, 'SIGKILL');
};

/** @param environment is added to this process's own. */
export const startCommand = (
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Command => {
  const child = spawn(program, args, {
    cwd: repository,
    env: { ...process.env, ...environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  const pid = child.pid ?? 0;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  let hasEnded = false;
  const ended = once(child, 'close').then(([code, signal]) => {
    hasEnded = true;
    started.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    get output() {
      return output;
    },
    says: async (line) => {
      const said = await until(`it says ${line}`, () => (line.test(output) && 'said') || (hasEnded && 'ended'), {
        everyMs: 20,
        withinMs: 90_000,
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${output}`);
      });
      if (said === 'ended') throw new Error(`It ended without saying ${line}:\n${output}`);
    },
    interrupt: (signal) => void process.kill(-pid, signal),
    processes: () => treeOf(pid),
    ended,
  };
};
