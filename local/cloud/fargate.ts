import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An ECS service with the one container of its task definition. */
export interface ServiceDefinition {
  readonly name: string;
  readonly desiredCount: number;
  /** What the image is built from; the command runs in it. */
  readonly directory: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly containerPorts: readonly number[];
  readonly stopTimeoutSeconds: number;
  /** Before a task that keeps dying is started again, at most. Default 30,000. */
  readonly longestRestartMs?: number | undefined;
}

export interface Task {
  readonly pid: number;
  /** Container port -> the port of 127.0.0.1 that stands for it. */
  readonly ports: Readonly<Record<number, number>>;
}

export interface FargateService {
  readonly name: string;
  /** The tasks that run now; one that died is replaced by another with other ports. */
  tasks(): readonly Task[];
  /** Another desired count, as by UpdateService: what is missing was started when it resolves, and what is too much has stopped. */
  scaleTo(desiredCount: number): Promise<void>;
  /** SIGTERM, and SIGKILL for what is left after the stop timeout; no process stays. */
  stop(): Promise<void>;
}

interface RunningTask extends Task {
  readonly child: ChildProcess;
}

interface Service {
  readonly definition: ServiceDefinition;
  readonly logFile: string;
  readonly say: (line: string) => void;
  readonly running: Set<RunningTask>;
  readonly restarts: Set<NodeJS.Timeout>;
  desiredCount: number;
}

/** A task that lived this long has started well: the next failure counts from the beginning. */
const settledAfter = 60_000;
const longestBackoff = 30_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

const mapPorts = async (containerPorts: readonly number[]): Promise<Record<number, number>> => {
  const ports: Record<number, number> = {};
  for (const containerPort of containerPorts) ports[containerPort] = await freePort();
  return ports;
};

/** Tasks share one network here, so a variable that holds a container port is given the port that stands for it. */
const environmentOf = (environment: Readonly<Record<string, string>>, ports: Readonly<Record<number, number>>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const mapped = /^\d+$/.test(value) ? ports[Number(value)] : undefined;
      return [name, mapped === undefined ? value : String(mapped)];
    }),
  );

const guard = fileURLToPath(new URL('./task-guard.ts', import.meta.url));

const launch = ({ definition, logFile }: Service, environment: Record<string, string>): ChildProcess => {
  const [program = 'node', ...rest] = definition.command;
  const [executable, argv] = program === 'node' ? [process.execPath, ['--import', guard, ...rest]] : [program, rest];
  const log = openSync(logFile, 'a');
  try {
    return spawn(executable, argv, {
      cwd: definition.directory,
      env: environment,
      stdio: ['ignore', log, log, 'ipc'],
      // A group of its own: Ctrl-C in the terminal is for the dev cloud, which then asks the tasks to stop.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
};

const note = ({ logFile }: Service, line: string): void => {
  const log = openSync(logFile, 'a');
  writeSync(log, `${new Date().toISOString()} ${line}\n`);
  closeSync(log);
};

const onExit = (service: Service, task: RunningTask, startedAt: number, failures: number, how: string): void => {
  service.running.delete(task);
  note(service, `task ${task.pid} stopped: ${how}`);
  if (service.running.size >= service.desiredCount) return;
  const count = Date.now() - startedAt > settledAfter ? 0 : failures;
  const wait = Math.min(1000 * 2 ** count, service.definition.longestRestartMs ?? longestBackoff);
  service.say(`${service.definition.name}: task ${task.pid} stopped (${how}); another starts in ${wait / 1000} s`);
  const timer = setTimeout(() => {
    service.restarts.delete(timer);
    startTask(service, count + 1).catch((error: unknown) =>
      service.say(`${service.definition.name}: ${String(error)}`),
    );
  }, wait);
  service.restarts.add(timer);
};

const startTask = async (service: Service, failures: number): Promise<void> => {
  const ports = await mapPorts(service.definition.containerPorts);
  if (service.running.size >= service.desiredCount) return;
  const child = launch(service, environmentOf(service.definition.environment, ports));
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw new Error(`The task of ${service.definition.name} could not be started: ${error.message}`);
  }
  const startedAt = Date.now();
  const task: RunningTask = { pid: child.pid, ports, child };
  service.running.add(task);
  note(service, `task ${task.pid} started, ports ${JSON.stringify(ports)}`);
  child.once('exit', (code, signal) => onExit(service, task, startedAt, failures, signal ?? `exit status ${code}`));
};

const stopTask = async ({ definition }: Service, { child }: RunningTask): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), definition.stopTimeoutSeconds * 1000);
  await exited;
  clearTimeout(timer);
};

const scaleTo = async (service: Service, desiredCount: number): Promise<void> => {
  service.desiredCount = desiredCount;
  if (desiredCount === 0) {
    for (const timer of service.restarts) clearTimeout(timer);
    service.restarts.clear();
  }
  const surplus = [...service.running].slice(desiredCount);
  await Promise.all(surplus.map((task) => stopTask(service, task)));
  while (service.running.size + service.restarts.size < service.desiredCount) await startTask(service, 0);
};

/** Starts the tasks of a service as child processes, and starts another whenever one dies, with growing pauses. */
export const startFargateService = async (
  definition: ServiceDefinition,
  logDirectory: string,
  say: (line: string) => void,
): Promise<FargateService> => {
  mkdirSync(logDirectory, { recursive: true });
  const logFile = join(logDirectory, `${definition.name}.log`);
  const service: Service = { definition, logFile, say, running: new Set(), restarts: new Set(), desiredCount: 0 };
  await scaleTo(service, definition.desiredCount);
  return {
    name: definition.name,
    tasks: () => [...service.running].map(({ pid, ports }) => ({ pid, ports })),
    scaleTo: (desiredCount) => scaleTo(service, desiredCount),
    stop: () => scaleTo(service, 0),
  };
};
