import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { type Binaries, prepareBinaries, type RunAs } from './postgres-binaries.ts';
import { dataArgument, type ServerSettings, startServer, stopOrphan } from './postgres-process.ts';

/** Where a PostgreSQL listens, and as whom to log in. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface Postgres extends Login {
  /** Creates the database unless it is there already. */
  createDatabase(name: string): Promise<void>;
  /** A crash: the server is killed and every connection breaks. `restart` recovers it. */
  kill(): Promise<void>;
  /** Starts the server again on the same port, having stopped it first if it still ran. */
  restart(): Promise<void>;
  /** Stops the server and leaves no process. The directory stays. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Holds the data, the log and the password; what an earlier start left in it is used again. */
  readonly directory: string;
  /** Whether a commit must outlive a power cut (fsync). Default true. */
  readonly durable?: boolean;
}

const accountOf = async (data: string): Promise<RunAs> => {
  const ours = process.getuid?.();
  const owner = await stat(data).catch(() => undefined);
  if (ours === undefined) return {};
  if (ours !== 0) {
    if (!owner || owner.uid === ours) return {};
    throw new Error(
      `The database in ${data} belongs to another user (uid ${owner.uid}). Remove it, or run as that user.`,
    );
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  return nobody ? { uid: Number(nobody[1]), gid: Number(nobody[2]) } : { uid: 65534, gid: 65534 };
};

const own = async (path: string, { uid, gid }: RunAs): Promise<void> => {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
};

interface Cluster {
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly data: string;
  readonly password: string;
  readonly durable: boolean;
}

const runInitdb = async ({ binaries, runAs, data, password, durable }: Cluster): Promise<void> => {
  const scratch = await mkdtemp(join(tmpdir(), 'signalbox-initdb-'));
  try {
    const passwordFile = join(scratch, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await own(passwordFile, runAs);
    await own(scratch, runAs);
    const flags = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
    // The built-in provider sorts alike on every machine, whatever locales it has.
    flags.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions');
    if (!durable) flags.push('--no-sync');
    const made = spawnSync(binaries.initdb, ['-D', dataArgument({ data, runAs }), ...flags], {
      ...runAs,
      cwd: data,
      encoding: 'utf8',
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    });
    if (made.status !== 0) {
      throw new Error(
        `PostgreSQL's initdb failed: ${made.error?.message ?? `${made.stdout}${made.stderr}`.slice(-2000)}`,
      );
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

/** Makes the data beside its place and moves it there whole, so that a start killed half-way leaves nothing behind. */
const initialize = async (cluster: Cluster): Promise<void> => {
  const making = `${cluster.data}.new`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700 });
  await own(making, cluster.runAs);
  await runInitdb({ ...cluster, data: making });
  await rename(making, cluster.data);
};

const passwordIn = async (directory: string): Promise<string> => {
  const file = join(directory, 'password');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known) return known;
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  await chmod(file, 0o600);
  return password;
};

const createDatabaseAt = async (login: Login, name: string): Promise<void> => {
  const client = new pg.Client({ ...login, database: 'postgres' });
  await client.connect();
  try {
    const known = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (known.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
};

const prepare = async (options: PostgresOptions): Promise<ServerSettings> => {
  const directory = resolve(options.directory);
  const data = join(directory, 'data');
  await mkdir(directory, { recursive: true });
  const runAs = await accountOf(data);
  const binaries = await prepareBinaries(runAs);
  const durable = options.durable ?? true;
  // A password that outlived its database is worth nothing, and the other way round it is needed.
  const cluster = { binaries, runAs, data, durable, password: await passwordIn(directory) };
  if (existsSync(data)) await stopOrphan(data);
  else await initialize(cluster);
  const log = join(directory, 'server.log');
  // One log a run, and the one before it kept, so that it never grows without end.
  if (existsSync(log)) await rename(log, `${log}.before`);
  return { ...cluster, log };
};

/**
 * Starts PostgreSQL from its npm package on a free port of 127.0.0.1, UTF-8 and C.UTF-8 sorting, 100 connections.
 * Root runs it as `nobody`. It ends with this process, however that dies.
 *
 * @throws Error saying what mends it: a missing package, a directory in use or of another user, a failing start.
 */
export const startPostgres = async (options: PostgresOptions): Promise<Postgres> => {
  const settings = await prepare(options);
  let server = await startServer(settings);
  const login = { host: '127.0.0.1', port: server.port, user: 'postgres', password: settings.password };
  return {
    ...login,
    createDatabase: (name) => createDatabaseAt(login, name),
    kill: () => server.end('SIGKILL'),
    restart: async () => {
      await server.end('SIGINT');
      server = await startServer(settings, login.port);
    },
    stop: () => server.end('SIGINT'),
  };
};
