import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AlarmWatch } from '../alarms/watch-alarms.ts';
import type { Faults } from '../faults/faults.ts';
import type { AccessControl } from '../iam/access-control.ts';
import type { AccessKey } from '../services/credentials.ts';
import type { Postgres } from '../services/postgres.ts';
import { readAssembly } from './assembly.ts';
import { type Programs, startPrograms } from './cloud-programs.ts';
import { type Endpoints, type Services, startServices } from './cloud-services.ts';
import { deploy } from './deployment.ts';
import type { FargateService } from './fargate.ts';
import { listen } from './http-listener.ts';
import { measureRequests, startMeasuring } from './measure.ts';
import { emptyPlan, type Plan, type ResourcePolicy, type Role } from './plan.ts';
import { openResourceState } from './resource-state.ts';
import { createShutdownList } from './shutdown.ts';

export interface DevCloudOptions {
  /** What `cdk synth` wrote, with its bundles. */
  readonly assemblyDirectory: string;
  /** Keeps the database, keys, secrets and logs from run to run. */
  readonly dataDirectory: string;
  /** Port of the API on 127.0.0.1; 0 takes a free one. */
  readonly apiPort: number;
  /** Values for the templates' parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Members to put over those which the template puts into a secret, by the secret's name. */
  readonly secrets?: Readonly<Record<string, object>>;
  /** Whether a commit of the database outlives a power cut. Default true. */
  readonly fsync?: boolean;
  /** What is done to the calls that functions, pollers and tasks make of AWS. Without it no proxy is there. */
  readonly faults?: Faults | undefined;
  /** How long a task that keeps dying waits to be started again at most. Default 30,000. */
  readonly longestRestartMs?: number | undefined;
  /** Takes a line for each step, and for whatever goes wrong in the background later on. */
  say(line: string): void;
}

export interface DevCloud {
  readonly apiUrl: string;
  readonly endpoints: Readonly<Endpoints>;
  readonly database: {
    readonly connectionString: string;
    readonly clusterArn: string;
    readonly secretArn: string;
    readonly name: string;
  };
  readonly functionNames: readonly string[];
  readonly scheduleNames: readonly string[];
  /** The Fargate services, by name; their tasks with process ids and ports. */
  readonly services: Readonly<Record<string, FargateService>>;
  /** Roles of the template by ARN, with the statements of all their policies. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly resourcePolicies: readonly ResourcePolicy[];
  /** What was allowed and what was denied since the start. */
  readonly access: Pick<AccessControl, 'uses' | 'denials'>;
  /** Credentials of a role's session, for looking at what the role may do. */
  credentialsOf(role: string): AccessKey;
  /** A principal that may do everything. */
  readonly operatorCredentials: AccessKey;
  /** Directory of one log file for each function and service. */
  readonly logDirectory: string;
  /** A queue's URL. Here and below a name may leave out its prefix: `outcomes` for `signalbox-local-outcomes`. */
  queueUrl(name: string): string;
  /** Invokes a function and gives the value it returned. @throws Error with the function's error, when it failed. */
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  /** Runs a schedule's function with the schedule's input now, and waits for it. @throws as `invoke`. */
  runSchedule(name: string): Promise<unknown>;
  /** Ends every worker of a function at once, those at work included, as a crash does; gives how many there were. */
  killFunction(name: string): number;
  /** The template's alarms, as they stand by what was measured here. */
  readonly alarms: Pick<AlarmWatch, 'states' | 'advance'>;
  /** The database server: killed as by a crash, and started again. */
  readonly server: Pick<Postgres, 'kill' | 'restart'>;
  /** Environment for an SDK client as the operator. */
  environment(): Record<string, string>;
  /** Stops everything: no process and no port is left. */
  stop(): Promise<void>;
}

/** A name as it is, or the only one that ends with it after a hyphen. */
const findName = (kind: string, names: readonly string[], wanted: string): string => {
  if (names.includes(wanted)) return wanted;
  const [found, ...others] = names.filter((name) => name.endsWith(`-${wanted}`));
  if (found !== undefined && others.length === 0) return found;
  throw new Error(`There is no ${kind} ${wanted}. There are ${names.join(', ')}.`);
};

const databaseOf = ({ databases, databaseSecrets }: Plan, { postgres }: Services): DevCloud['database'] => {
  const [database] = databases;
  if (!database) throw new Error('The assembly has no database cluster.');
  const { clusterArn, name, user, password } = database;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const connectionString = `postgres://${login}@${postgres.host}:${postgres.port}/${name}`;
  return { connectionString, clusterArn, name, secretArn: databaseSecrets.get(clusterArn) ?? '' };
};

const credentialsOf = ({ roles }: Plan, { access, credentials }: Services, wanted: string): AccessKey => {
  const byName = new Map([...roles.values()].map(({ name, arn }) => [name, arn]));
  const arn = byName.get(findName('role', [...byName.keys()], wanted)) ?? '';
  return credentials.issue(access.impersonate(arn, 'operator'));
};

const describe = (
  { dataDirectory }: DevCloudOptions,
  plan: Plan,
  services: Services,
  programs: Programs,
): Omit<DevCloud, 'stop' | 'alarms'> => {
  const { runtime, endpoints, operator } = services;
  const queues = new Map([...plan.queues].map(([arn, url]) => [arn.split(':').at(-1) ?? '', url]));
  const nameOf = (name: string) => findName('function', runtime.names(), name);
  return {
    apiUrl: programs.gateway.url,
    endpoints,
    database: databaseOf(plan, services),
    functionNames: runtime.names(),
    scheduleNames: programs.scheduler.names,
    services: Object.fromEntries(programs.services.map((service) => [service.name, service])),
    roles: plan.roles,
    resourcePolicies: plan.resourcePolicies,
    access: services.access,
    credentialsOf: (role) => credentialsOf(plan, services, role),
    operatorCredentials: operator,
    logDirectory: join(dataDirectory, 'logs'),
    queueUrl: (name) => queues.get(findName('queue', [...queues.keys()], name)) ?? '',
    invoke: async (functionName, payload) => {
      const outcome = await runtime.invoke(nameOf(functionName), JSON.stringify(payload));
      if (outcome.failed) throw new Error(`${functionName} failed: ${outcome.payload}`);
      return JSON.parse(outcome.payload) as unknown;
    },
    runSchedule: async (name) => {
      const schedule = findName('schedule', programs.scheduler.names, name);
      return JSON.parse(await programs.scheduler.runNow(schedule)) as unknown;
    },
    killFunction: (name) => runtime.kill(nameOf(name)),
    server: services.postgres,
    environment: () => services.sdkEnvironment(operator),
  };
};

/** Ends a function's workers, or the tasks of a service; a poller of Lambda's own is not ours to kill. */
const killProgram = (name: string, runtime: Services['runtime'], tasks: Programs['services']): void => {
  if (runtime.names().includes(name)) runtime.kill(name);
  for (const service of tasks.filter((each) => each.name === name || name.startsWith(each.name)))
    for (const { pid } of service.tasks()) process.kill(pid, 'SIGKILL');
};

/** A port that is taken is better found before everything else was started than after. */
const refuseTakenPort = async (port: number): Promise<void> => {
  const probe = await listen(port, (_request, response) => response.end());
  await probe.stop();
};

/**
 * Runs a synthesized cloud assembly on this machine: services, resources, custom resources, functions, gateway, event
 * source mappings, schedules and tasks, in this order. When it throws, what had been started is stopped again.
 *
 * @throws TemplateFault for what the template asks and the dev cloud cannot do; Error naming a port that is taken.
 */
export const startDevCloud = async (options: DevCloudOptions): Promise<DevCloud> => {
  const { assemblyDirectory, dataDirectory, apiPort, parameters = {}, secrets = {}, fsync = true, faults } = options;
  const say = (line: string): void => options.say(line);
  const shutdown = createShutdownList();
  try {
    await refuseTakenPort(apiPort);
    const assembly = readAssembly(assemblyDirectory);
    mkdirSync(dataDirectory, { recursive: true });
    const plan = emptyPlan();
    let running: Programs['services'] = [];
    const kill = (program: string): void => killProgram(program, services.runtime, running);
    const services: Services = await startServices(
      { dataDirectory, fsync, policies: plan, say, faults, kill },
      shutdown,
    );
    const state = openResourceState(join(dataDirectory, 'resources.json'));
    const issueKey = (principal: string) => services.credentials.issue(principal);
    await deploy({ ...services, assembly, state, plan, secrets, issueKey, say }, parameters);
    services.access.verify();
    const { longestRestartMs } = options;
    const alarms = shutdown.add(await startMeasuring(plan, services, { dataDirectory, services: () => running, say }));
    const observeApi = measureRequests(alarms, plan);
    const programOptions = { apiPort, dataDirectory, longestRestartMs, observeApi, say };
    const programs = await startPrograms(plan, services, programOptions, shutdown);
    running = programs.services;
    let stopping: Promise<void> | undefined;
    const stop = () => (stopping ??= shutdown.stopAll());
    return { ...describe(options, plan, services, programs), alarms, stop };
  } catch (error) {
    await shutdown.stopAll().catch((fault: unknown) => say(String(fault)));
    throw error;
  }
};
