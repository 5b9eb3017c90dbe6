import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until.ts';
import type { FaultWorld } from './fault-world.ts';
import type { CallFault, Plan, PlannedFault, WorldFault } from './plan.ts';
import { repeatOutcomes } from './repeat-outcomes.ts';

/** A fault that was planned, and how often it was seen to happen. */
export interface DoneFault {
  readonly fault: PlannedFault;
  readonly times: number;
}

/**
 * How long a fault is waited for: what it is to be done to may itself be on its way up, or wait behind a half-open
 * connection, which the bridge finds after 30 s of silence and 10 more.
 */
const patience = { withinMs: 90_000, everyMs: 50 };

const bound = ({ box }: FaultWorld): number => box.smsc.sessions().filter(({ mode }) => mode !== null).length;

const applyToCalls = async ({ box, rules }: FaultWorld, name: string, { rule, cold = [] }: CallFault) => {
  rules.arm([{ name, ...rule }]);
  for (const each of cold) box.cloud.killFunction(each);
  await until(name, () => (rules.met().get(name) ?? 0) >= rule.times, patience).catch(() => undefined);
  return rules.met().get(name) ?? 0;
};

const endBridge = async (world: FaultWorld, signal: NodeJS.Signals): Promise<number> => {
  const tasks = () => world.box.cloud.services['signalbox-local-smpp-bridge']?.tasks() ?? [];
  const [task] = await until('a task of the bridge runs', () => tasks().length > 0 && tasks(), patience);
  if (!task) return 0;
  process.kill(task.pid, signal);
  await until('it has ended', () => tasks().every(({ pid }) => pid !== task.pid), { withinMs: 120_000 });
  return 1;
};

const killPostgres = async ({ box }: FaultWorld, downMs: number): Promise<number> => {
  await box.cloud.server.kill();
  const isDown = await box.query('SELECT 1').then(
    () => false,
    () => true,
  );
  await sleep(downMs);
  await box.cloud.server.restart();
  return isDown ? 1 : 0;
};

/** How the simulator was met by a change of its behaviour, in the terms of what was changed. */
const effectOf = ({ box }: FaultWorld, { change }: Extract<WorldFault, { what: 'smsc' }>, since: number): number => {
  const now = box.smsc.behaviour();
  for (const name of ['loseResponses', 'duplicateReceipts', 'reorderReceipts'] as const)
    if (change[name] !== undefined) return change[name] - now[name];
  const came = box.smsc.received().slice(since);
  if (change.throttlePerSecond) return came.filter(({ command_status }) => command_status === 0x58).length;
  return change.responseDelayMs ? came.length : 1;
};

const usual = {
  stall: 'none',
  responseDelayMs: 0,
  loseResponses: 0,
  throttlePerSecond: null,
  bindStatus: 0,
  duplicateReceipts: 0,
  reorderReceipts: 0,
} as const;

const applyToSmsc = async (world: FaultWorld, fault: Extract<WorldFault, { what: 'smsc' }>): Promise<number> => {
  const { smsc } = world.box;
  const sessions = await until('a session is bound', () => bound(world) || false, patience).catch(() => 0);
  const since = smsc.received().length;
  smsc.behave(fault.change);
  await sleep(fault.forMs);
  const touched = await until('it has had its effect', () => effectOf(world, fault, since) || false, patience).catch(
    () => 0,
  );
  const back = Object.fromEntries(
    Object.keys(fault.change).flatMap((name) => (name in usual ? [[name, usual[name as keyof typeof usual]]] : [])),
  );
  smsc.behave({ ...back, ...(fault.thenDrop ? { drop: true } : {}) });
  return sessions > 0 ? touched : 0;
};

const applyToCallbacks = async ({ box }: FaultWorld, { mode, forMs }: Extract<WorldFault, { what: 'callbacks' }>) => {
  const count = () => (mode.dead ? box.callbacks.unanswered() : box.callbacks.received().length);
  const before = count();
  box.callbacks.behave(mode);
  await sleep(forMs);
  const met = await until('a callback has met it', () => count() - before || false, patience).catch(() => 0);
  box.callbacks.behave({});
  return met;
};

const applyToHsm = async ({ box }: FaultWorld, { meets }: Extract<WorldFault, { what: 'hsm' }>): Promise<number> => {
  box.hsm.failNext(...meets);
  // The faults of several plans stand in one line: when it is empty, these are over too.
  await until('the HSM has failed', () => box.hsm.faultsLeft() === 0, patience).catch(() => undefined);
  return Math.max(0, meets.length - box.hsm.faultsLeft());
};

const slowHsm = async ({ box }: FaultWorld, { delayMs, forMs }: Extract<WorldFault, { what: 'hsm-slow' }>) => {
  const before = box.hsm.calls().length;
  box.hsm.delayAnswers(delayMs);
  await sleep(forMs);
  const met = await until('a call was slow', () => box.hsm.calls().length - before || false, patience).catch(() => 0);
  box.hsm.delayAnswers(0);
  return met;
};

const apply = async (world: FaultWorld, fault: PlannedFault, name: string): Promise<number> => {
  await sleep(fault.atMs);
  if (fault.what === 'calls') return applyToCalls(world, name, fault);
  if (fault.what === 'end-bridge') return endBridge(world, fault.signal);
  if (fault.what === 'kill-postgres') return killPostgres(world, fault.downMs);
  if (fault.what === 'hsm') return applyToHsm(world, fault);
  if (fault.what === 'hsm-slow') return slowHsm(world, fault);
  if (fault.what === 'outcomes-again') return repeatOutcomes(world, name, fault.reports, patience.withinMs);
  return fault.what === 'smsc' ? applyToSmsc(world, fault) : applyToCallbacks(world, fault);
};

/** Does all that is planned, each at its moment, and undoes it; resolves when every one has happened or could not. */
export const applyFaults = async (world: FaultWorld, plan: Plan): Promise<readonly DoneFault[]> => {
  const done = await Promise.all(
    plan.faults.map(async (fault) => ({ fault, times: await apply(world, fault, `${plan.seed} ${fault.kind}`) })),
  );
  world.rules.lift();
  return done;
};
