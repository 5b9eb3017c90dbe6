import type { RotatingSystem } from '#shared/adapters/cas/key-epochs.ts';
import { planRotation } from '#shared/domain/cas/plan-rotation.ts';

/** What rotating does to the world. Every call may be repeated, and a run that ends anywhere is taken up by the next. */
export interface KeyWorld {
  now(): Date;
  systems(): Promise<readonly RotatingSystem[]>;
  makeEpoch(clientId: string, epoch: number, state: 'PENDING' | 'ACTIVE'): Promise<void>;
  activate(clientId: string, epoch: number): Promise<boolean>;
  rewrap(clientId: string, epoch: number): Promise<void>;
  /** Has at most `limit` devices told the keys that they lack. @returns how many were. */
  deliverKeys(clientId: string, limit: number): Promise<number>;
  markDelivered(clientId: string): Promise<boolean>;
  retire(clientId: string): Promise<number>;
  destroy(clientId: string): Promise<number>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

export interface Rotated {
  readonly systems: number;
  readonly made: number;
  readonly activated: number;
  readonly delivered: number;
  readonly rewrapped: number;
  readonly retired: number;
  readonly destroyed: number;
  /** CA systems whose key should have been changed long ago. */
  readonly overdue: number;
}

const page = 200;

const deliverAll = async (world: KeyWorld, clientId: string): Promise<number> => {
  let delivered = 0;
  for (let full = true; full && !world.isLate(); ) {
    const some = await world.deliverKeys(clientId, page);
    delivered += some;
    full = some === page;
  }
  return delivered;
};

type Counts = Omit<Rotated, 'systems'>;

const rotateOne = async (world: KeyWorld, system: RotatingSystem, isDrill: boolean): Promise<Counts> => {
  const { client_id } = system;
  const plan = planRotation(system.epochs, system, world.now(), isDrill);
  if (plan.make) await world.makeEpoch(client_id, plan.make.epoch, plan.make.state);
  for (const epoch of plan.rewrap) await world.rewrap(client_id, epoch);
  const delivered = await deliverAll(world, client_id);
  await world.markDelivered(client_id);
  const activated = plan.activate !== null && (await world.activate(client_id, plan.activate));
  return {
    made: plan.make ? 1 : 0,
    activated: activated ? 1 : 0,
    delivered,
    rewrapped: plan.rewrap.length,
    retired: await world.retire(client_id),
    destroyed: await world.destroy(client_id),
    overdue: plan.is_overdue && !activated ? 1 : 0,
  };
};

const none: Counts = { made: 0, activated: 0, delivered: 0, rewrapped: 0, retired: 0, destroyed: 0, overdue: 0 };

const add = (a: Counts, b: Counts): Counts => ({
  made: a.made + b.made,
  activated: a.activated + b.activated,
  delivered: a.delivered + b.delivered,
  rewrapped: a.rewrapped + b.rewrapped,
  retired: a.retired + b.retired,
  destroyed: a.destroyed + b.destroyed,
  overdue: a.overdue + b.overdue,
});

/**
 * Takes the keys of every CA system one step further: the next epoch is made, its key is sent to every device, it becomes
 * ACTIVE when that has been on air long enough, and what nobody needs any more is retired and destroyed. What one system
 * meets does not keep the others from theirs.
 *
 * @param isDrill each of them is to get its next epoch now.
 * @throws AggregateError of the faults that some of them met.
 */
export const rotateKeys = async (world: KeyWorld, isDrill = false): Promise<Rotated> => {
  const systems = await world.systems();
  const faults: unknown[] = [];
  let counts = none;
  for (const system of systems) {
    if (world.isLate()) break;
    try {
      counts = add(counts, await rotateOne(world, system, isDrill));
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0)
    throw new AggregateError(faults, `Of ${systems.length} CA systems ${faults.length} met a fault`);
  return { systems: systems.length, ...counts };
};
