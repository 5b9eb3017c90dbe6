import { randomUUID } from 'node:crypto';
import type { BindSlotTable } from '#shared/adapters/bind-slots.ts';
import {
  claimDeliveries,
  deferClaims,
  endLease,
  leaseSeconds,
  releaseClaims,
  renewLease,
} from '#shared/adapters/claim-deliveries.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import type { DeliveryQueues } from '#shared/adapters/environment.ts';
import type { ProviderSecrets } from '#shared/adapters/provider-secrets.ts';
import { changeVisibility, deleteBatch, receive, sendBatch } from '#shared/adapters/queues.ts';
import { readFleet } from '#shared/adapters/read-fleet.ts';
import { logger } from '#shared/telemetry.ts';
import { type BridgeMetrics, createBridgeMetrics } from './bridge-metrics.ts';
import { keepLease } from './delivery/lease-keeper.ts';
import { createPartsGate } from './delivery/parts-gate.ts';
import { persistently } from './delivery/persistently.ts';
import { type Pipeline, startPipeline } from './delivery/pipeline.ts';
import { type CarryWorld, carryClaim } from './fleet/carry-claim.ts';
import { createFleetCapacity } from './fleet/fleet-capacity.ts';
import { type FleetKeeper, type FleetTiming, keepFleet } from './fleet/fleet-keeper.ts';
import { reportProviderStates } from './fleet/provider-states.ts';
import { createReporters } from './fleet/reporters.ts';
import type { SlotKeeperTiming } from './fleet/slot-keeper.ts';
import { createLinkStarter } from './fleet/start-link.ts';
import { createUnusable } from './fleet/unusable.ts';
import type { SupervisorOptions } from './session/supervisor.ts';

export interface BridgeSettings {
  readonly sql: Sql;
  readonly slots: BindSlotTable;
  readonly secrets: Pick<ProviderSecrets, 'read'>;
  readonly deliveryQueues: DeliveryQueues;
  readonly outcomesQueueUrl: string;
  readonly inboundQueueUrl: string;
  /** Where providers may be although it is not public; see parseExemptHosts. */
  readonly exemptHosts: readonly string[];
  /** How often things are looked at, for tests. */
  readonly timing?: {
    readonly fleet?: FleetTiming;
    readonly slots?: SlotKeeperTiming;
    readonly supervision?: SupervisorOptions;
  };
}

export interface Bridge {
  readonly metrics: BridgeMetrics;
  /** The providers are known, and one at least can be given messages. */
  isReady(): boolean;
  /** Receives no more, drains the windows, unbinds, gives back what is left and ends the lease. */
  stop(drainMs: number): Promise<void>;
}

const waitsForDatabase = (error: unknown) =>
  logger.warn('The database does not answer; claims wait for it', { error: error as Error });

/** Takes deliveries for every provider of the fleet. */
const startClaiming = (
  { sql, deliveryQueues }: BridgeSettings,
  owner: string,
  whenUp: () => Promise<void>,
  capacity: () => number,
  carry: (...given: Parameters<typeof carryClaim>) => ReturnType<typeof carryClaim>,
  world: CarryWorld,
): Pipeline =>
  startPipeline(
    {
      carry: (claim, source) => carry(claim, source, world),
      receive: (queueUrl, waitSeconds) => receive(queueUrl, { waitSeconds }),
      claim: (deliveries) => {
        const claim = { owner, claimId: randomUUID() };
        const accepted = deliveries.map((delivery) => delivery.accepted);
        return persistently(() => claimDeliveries(sql, claim, accepted), waitsForDatabase);
      },
      release: (claims) => persistently(() => releaseClaims(sql, claims), waitsForDatabase),
      defer: (deferrals) => persistently(() => deferClaims(sql, deferrals), waitsForDatabase),
      remove: async (queueUrl, handles) => void (await deleteBatch(queueUrl, handles)),
      giveBack: async (queueUrl, handles, seconds) => void (await changeVisibility(queueUrl, handles, seconds)),
      whenBound: whenUp,
      log: (line, detail = {}) => logger.warn(line, { ...detail }),
    },
    [
      { priority: 'high', queueUrl: deliveryQueues.high, share: 1 },
      { priority: 'normal', queueUrl: deliveryQueues.normal, share: 0.9 },
      { priority: 'bulk', queueUrl: deliveryQueues.bulk, share: 0.7 },
    ],
    capacity,
  );

/**
 * One task's bridge between the delivery queues and the providers: a link to each, and every message to the one that its
 * route prefers and that takes it.
 *
 * @param leaseLost called when this task may no longer act on what it claimed: every socket is closed by then, and the
 *   process is to end.
 */
export const startBridge = async (settings: BridgeSettings, leaseLost: (reason: string) => void): Promise<Bridge> => {
  const { sql, secrets, outcomesQueueUrl, timing = {} } = settings;
  const owner = randomUUID();
  const metrics = createBridgeMetrics();
  const reporters = createReporters((messages) => sendBatch(outcomesQueueUrl, messages));
  const unusable = createUnusable(metrics);
  let fleet: FleetKeeper | undefined;
  let isStopping = false;

  const lease = keepLease(leaseSeconds * 1000, {
    renew: () => renewLease(sql, owner),
    now: () => performance.now(),
    lost: (reason) => {
      fleet?.destroy();
      leaseLost(reason);
    },
    fault: (error) => logger.warn('The lease could not be renewed yet', { error: error as Error }),
  });
  await lease.held;

  const gate = createPartsGate(() => fleet?.partsPerSecond ?? null);
  const starter = createLinkStarter({ ...settings, timing, owner, metrics, reporters, gate });
  const keeper = keepFleet(
    {
      read: (known) => (known === undefined ? readFleet(sql) : readFleet(sql, known)),
      readPassword: (name) => secrets.read(name),
      start: starter.start,
      unusable: unusable.replace,
      log: (line, detail) => logger.warn(line, { ...detail }),
    },
    timing.fleet,
  );
  fleet = keeper;
  const capacity = createFleetCapacity(keeper.links);
  const carry: typeof carryClaim = async (...given) => {
    const carried = await carryClaim(...given);
    if (carried.outcome === 'deferred') starter.deferred(carried.provider);
    return carried;
  };
  const pipeline = startClaiming(settings, owner, starter.whenUp, capacity.inHand, carry, {
    candidatesFor: keeper.candidatesFor,
    roomOf: capacity.roomOf,
    report: (provider, outcomes) => reporters.of(provider).report(outcomes),
    get isStopping() {
      return isStopping;
    },
    now: () => new Date(),
  });
  const states = reportProviderStates(sql, owner, keeper, unusable.reasons);

  return {
    metrics,
    isReady: () => [...keeper.links.values()].some(({ isUp }) => isUp),
    stop: async (drainMs) => {
      isStopping = true;
      keeper.close();
      starter.close();
      await Promise.all([pipeline.stop(), keeper.stop(drainMs)]);
      await reporters.idle();
      lease.stop();
      await states.stop();
      await endLease(sql, owner).catch((error: unknown) => logger.warn('The lease runs out by itself', error as Error));
    },
  };
};
