import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Binaries, RunAs } from './postgres-binaries.ts';

export interface ServerSettings {
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly data: string;
  readonly log: string;
  /** False trades safety in a power cut for speed. */
  readonly durable: boolean;
  readonly password: string;
}

/** A running PostgreSQL server. */
export interface ServerProcess {
  readonly port: number;
  /** Ends the server and settles once it is gone. SIGINT is a fast shutdown, SIGKILL a crash. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
}

/**
 * What PostgreSQL is told its data directory is. Under another account the way to it may be closed (a checkout in
 * /root), so on Linux the server is started inside it and told to stay there.
 */
export const dataArgument = (settings: Pick<ServerSettings, 'data' | 'runAs'>): string =>
  settings.runAs.uid !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : settings.data;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const clusterName = (data: string): string =>
  `signalbox-${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;

const serverArguments = (settings: ServerSettings, port: number): string[] => {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: `${port}`,
    unix_socket_directories: '',
    max_connections: '100',
    cluster_name: clusterName(settings.data),
    // Read back by `stopOrphan`: which process started this server.
    'signalbox.owner': `${process.pid}`,
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    // Still safe when the server is killed: only a power cut can lose what was committed.
    ...(settings.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return [
    '-D',
    dataArgument(settings),
    ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
};

/** Stops the server when this process dies without having done so, be it by SIGKILL: the pipe to the watcher closes. */
const watchOver = (pid: number, runAs: RunAs): ChildProcess | undefined => {
  if (process.platform === 'win32') return undefined;
  const watcher = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -INT "$0"', `${pid}`], {
    ...runAs,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  return watcher;
};

const answers = async (port: number, password: string): Promise<boolean> => {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};

const launch = (settings: ServerSettings, port: number) => {
  const log = openSync(settings.log, 'a');
  const child = spawn(settings.binaries.postgres, serverArguments(settings, port), {
    ...settings.runAs,
    cwd: settings.data,
    // A group of its own, so that Ctrl-C reaches us first and we stop the database last.
    detached: true,
    stdio: ['ignore', log, log],
    env: { LC_ALL: 'C', TZ: 'UTC' },
  });
  closeSync(log);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return { child, gone };
};

const tryStart = async (settings: ServerSettings, port: number): Promise<ServerProcess | undefined> => {
  const { child, gone } = launch(settings, port);
  let ended = false;
  void gone.then(() => {
    ended = true;
  });
  const watcher = child.pid === undefined ? undefined : watchOver(child.pid, settings.runAs);
  void gone.then(() => watcher?.kill('SIGKILL'));
  while (!ended) {
    if (await answers(port, settings.password)) {
      const end = async (signal: 'SIGINT' | 'SIGKILL') => {
        child.ref();
        if (!ended) child.kill(signal);
        await gone;
      };
      child.unref();
      return { port, end };
    }
    await sleep(25);
  }
  return undefined;
};

/**
 * Starts the server on the given port, or on a free one, and settles once it answers.
 *
 * @throws Error with the end of the server's log when it does not come up.
 */
export const startServer = async (settings: ServerSettings, fixedPort?: number): Promise<ServerProcess> => {
  // A port can be taken between finding and using it, and a killed server's children need a moment to notice.
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const server = await tryStart(settings, fixedPort ?? (await freePort()));
    if (server) return server;
    const end = readFileSync(settings.log, 'utf8').slice(-4000);
    if (!/Address already in use|pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(end))
      break;
    await sleep(250);
  }
  throw new Error(`PostgreSQL does not start. The end of its log:\n${readFileSync(settings.log, 'utf8').slice(-2000)}`);
};

interface Found {
  readonly command: string;
  readonly parent: number;
}

const inspect = (pid: number): Found | undefined => {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return { command, parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) };
    }
    const [parent, ...command] = execFileSync('ps', ['-o', 'ppid=,command=', '-p', `${pid}`], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return { command: command.join(' '), parent: Number(parent) };
  } catch {
    return undefined;
  }
};

/** The process that the data directory's lock names, with what it runs. */
const lockHolder = (data: string): (Found & { readonly pid: number }) | undefined => {
  const lock = `${data}/postmaster.pid`;
  if (!existsSync(lock)) return undefined;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const found = inspect(pid);
  return found && { ...found, pid };
};

/**
 * Stops the server that a killed run left on this data directory, if there is one, and removes a lock whose process
 * number has since gone to another program, which PostgreSQL would take for a server.
 *
 * @throws Error when the run that started the server is still alive: two runs cannot share one database.
 */
export const stopOrphan = async (data: string): Promise<void> => {
  for (let left = lockHolder(data); left; left = lockHolder(data)) {
    if (!/^\S*postgres(\.exe)?[\s:]/.test(left.command)) rmSync(`${data}/postmaster.pid`, { force: true });
    if (!left.command.includes(clusterName(data))) return;
    const owner = Number(/signalbox\.owner=(\d+)/.exec(left.command)?.[1]);
    if (owner === left.parent) {
      throw new Error(
        `The database in ${data} is in use by process ${owner}. Stop that run, or use another directory.`,
      );
    }
    process.kill(left.pid, 'SIGINT');
    await sleep(50);
  }
};
