import { randomUUID } from 'node:crypto';
import {
  claimDeliveries,
  endLease,
  leaseSeconds,
  releaseClaims,
  renewLease,
} from '#shared/adapters/claim-deliveries.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import type { DeliveryQueues } from '#shared/adapters/environment.ts';
import { changeVisibility, deleteBatch, receive, sendBatch } from '#shared/adapters/queues.ts';
import { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { logger, maskMsisdn } from '#shared/telemetry.ts';
import { type BridgeMetrics, createBridgeMetrics } from './bridge-metrics.ts';
import { createInboundIds } from './delivery/inbound-ids.ts';
import { interpretDelivery, type PlainReceipts } from './delivery/interpret-delivery.ts';
import type { LaneLimits } from './delivery/lane.ts';
import { keepLease } from './delivery/lease-keeper.ts';
import { createLinks } from './delivery/links.ts';
import { persistently } from './delivery/persistently.ts';
import { type Pipeline, startPipeline } from './delivery/pipeline.ts';
import { createReporter } from './delivery/reporter.ts';
import { type PartToken, toOutcome } from './delivery/to-outcome.ts';
import type { StatusTable } from './pdu/command-status.ts';
import type { DataSm, DeliverSm } from './pdu/pdu.ts';
import type { SessionSettings } from './session/session-types.ts';
import { type Supervisor, superviseBind } from './session/supervisor.ts';
import { startProviderTrace } from './trace/provider-trace.ts';
import { logSessionEvent, logWindow } from './trace/session-event.ts';

export interface BridgeSettings {
  readonly provider: string;
  readonly session: SessionSettings;
  readonly binds: number;
  /** Of each bind. */
  readonly limits: LaneLimits;
  /** What a refusal by this provider means. */
  readonly statusOf: StatusTable;
  readonly plainReceipts: PlainReceipts;
  readonly sql: Sql;
  readonly deliveryQueues: DeliveryQueues;
  readonly outcomesQueueUrl: string;
  readonly inboundQueueUrl: string;
}

export interface Bridge {
  readonly metrics: BridgeMetrics;
  isReady(): boolean;
  /** Receives no more, drains the windows, unbinds, gives back what is left and ends the lease. */
  stop(drainMs: number): Promise<void>;
}

const ESME_ROK = 0;
/** Room for a receive from each queue while other parts wait. */
const leastCapacity = 100;
/** What is in hand goes out within so many seconds, however slow the SMSC is. */
const secondsInHand = 20;
const leastSlowCapacity = 10;

/**
 * One task's bridge between the delivery queues and one provider's SMSC.
 *
 * @param leaseLost called when this task may no longer act on what it claimed: every socket is closed by then, and the
 *   process is to end.
 */
export const startBridge = async (settings: BridgeSettings, leaseLost: (reason: string) => void): Promise<Bridge> => {
  const { provider, sql, session, binds, limits, statusOf, plainReceipts, deliveryQueues } = settings;
  const owner = randomUUID();
  const links = createLinks({ limits, statusOf, answered: (...answer) => metrics.answered(...answer) });
  const supervisors: Supervisor[] = [];
  let pipeline: Pipeline | undefined;

  const lease = keepLease(leaseSeconds * 1000, {
    renew: () => renewLease(sql, owner),
    now: () => performance.now(),
    lost: (reason) => {
      links.close();
      for (const supervisor of supervisors) supervisor.session?.destroy();
      leaseLost(reason);
    },
    fault: (error) => logger.warn('The lease could not be renewed yet', { error: error as Error }),
  });
  await lease.held;

  const reporter = createReporter(provider, (messages) => sendBatch(settings.outcomesQueueUrl, messages));
  const state = () => ({
    bound: links.bound,
    inFlight: links.inFlight,
    waiting: links.waiting,
    inHand: pipeline?.inHand ?? 0,
    window: links.window,
    rate: links.rate,
    openCircuits: supervisors.filter(({ isCircuitOpen }) => isCircuitOpen).length,
  });
  const metrics = createBridgeMetrics(provider, state, statusOf);
  const trace = startProviderTrace(sql, provider);
  const inboundIds = createInboundIds(provider);

  const deliver = async (pdu: DeliverSm | DataSm): Promise<number> => {
    const interpreted = interpretDelivery(pdu, { provider, plainReceipts }, new Date());
    metrics.received(interpreted.kind, interpreted.kind === 'ignored' ? interpreted.reason : undefined);
    if (interpreted.kind === 'receipt') await reporter.reportOnce(interpreted.receipt);
    else if (interpreted.kind === 'inbound') {
      const inbound = { ...interpreted.inbound, inbound_id: inboundIds.idOf(pdu) };
      await sendBatch(settings.inboundQueueUrl, [{ body: InboundReceived.parse(inbound) }]);
    } else
      logger.warn('A delivery was ignored', { reason: interpreted.reason, from: maskMsisdn(pdu.body.source_addr) });
    return ESME_ROK;
  };

  for (let bind = 1; bind <= binds; bind += 1)
    supervisors.push(
      superviseBind(session, {
        deliver,
        notTaken: inboundIds.notTaken,
        lateResponse: ({ token, result }) =>
          void reporter.report([toOutcome(token as PartToken, result, { now: new Date(), statusOf, late: true })]),
        bound: (bound) => links.attach(bound, (change) => logWindow(provider, bind, change)),
        lost: () => undefined,
        event: (event) => {
          metrics.happened(bind, event);
          logSessionEvent(provider, bind, event);
        },
        passed: (direction, pdu) => trace.passed(bind, direction, pdu),
      }),
    );

  /** What an SMSC takes slowly is better left on its queue than claimed: it would be unknown if this task died. */
  const capacity = () =>
    Math.min(
      Math.max(leastCapacity, 2 * binds * limits.mostInFlight),
      Math.max(leastSlowCapacity, links.rate * secondsInHand),
    );

  const waitsForDatabase = (error: unknown) =>
    logger.warn('The database does not answer; claims wait for it', { error: error as Error });

  const submit = async (fields: Parameters<typeof links.submit>[0], token: PartToken) => {
    const startedAt = performance.now();
    const result = await links.submit(fields, token);
    metrics.submitted(result, (performance.now() - startedAt) / 1000);
    return result;
  };

  pipeline = startPipeline(
    {
      submit,
      report: (outcomes) => reporter.report(outcomes),
      now: () => new Date(),
      statusOf,
      receive: (queueUrl, waitSeconds) => receive(queueUrl, { waitSeconds }),
      claim: (deliveries) => {
        const claim = { owner, claimId: randomUUID() };
        const accepted = deliveries.map((delivery) => delivery.accepted);
        return persistently(() => claimDeliveries(sql, claim, accepted), waitsForDatabase);
      },
      release: (claims) => persistently(() => releaseClaims(sql, claims), waitsForDatabase),
      remove: async (queueUrl, handles) => void (await deleteBatch(queueUrl, handles)),
      giveBack: async (queueUrl, handles, seconds) => void (await changeVisibility(queueUrl, handles, seconds)),
      whenBound: () => links.whenBound(),
      log: (line, detail = {}) => logger.warn(line, { ...detail }),
    },
    [
      { priority: 'high', queueUrl: deliveryQueues.high, share: 1 },
      { priority: 'normal', queueUrl: deliveryQueues.normal, share: 0.9 },
      { priority: 'bulk', queueUrl: deliveryQueues.bulk, share: 0.7 },
    ],
    capacity,
  );

  return {
    metrics,
    isReady: () => links.bound > 0,
    stop: async (drainMs) => {
      links.close();
      await Promise.all([pipeline?.stop(), ...supervisors.map((supervisor) => supervisor.stop(drainMs))]);
      await reporter.idle();
      lease.stop();
      trace.stop();
      await endLease(sql, owner).catch((error: unknown) => logger.warn('The lease runs out by itself', error as Error));
    },
  };
};
