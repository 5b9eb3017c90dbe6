import type { BindSlotTable } from '#shared/adapters/bind-slots.ts';
import type { Sql } from '#shared/adapters/data-api.ts';
import { createProviderReach } from '#shared/adapters/provider-reach.ts';
import { sendBatch } from '#shared/adapters/queues.ts';
import type { Provider, SmppSettings } from '#shared/contracts/providers.ts';
import { InboundReceived } from '#shared/contracts/queue-messages.ts';
import { logger, maskMsisdn } from '#shared/telemetry.ts';
import type { BridgeMetrics, ProviderMetrics } from '../bridge-metrics.ts';
import { createInboundIds, type InboundIds } from '../delivery/inbound-ids.ts';
import { interpretDelivery } from '../delivery/interpret-delivery.ts';
import type { PartsGate } from '../delivery/parts-gate.ts';
import { isRetried, toOutcomes } from '../delivery/to-outcome.ts';
import type { DataSm, DeliverSm } from '../pdu/pdu.ts';
import type { SupervisorOptions } from '../session/supervisor.ts';
import { startProviderTrace } from '../trace/provider-trace.ts';
import { httpKind } from './http-kind.ts';
import type { KnownProvider, ProviderLink } from './provider-link.ts';
import { receiptIdIn } from './receipt-id.ts';
import type { Reporters } from './reporters.ts';
import type { SlotKeeperTiming } from './slot-keeper.ts';
import { type SlottedLinkWorld, startSlottedLink } from './slotted-link.ts';
import { smppKind } from './smpp-kind.ts';

export interface LinkStarterWorld {
  readonly sql: Sql;
  readonly slots: BindSlotTable;
  readonly inboundQueueUrl: string;
  /** Where providers may be although it is not public; see parseExemptHosts. */
  readonly exemptHosts: readonly string[];
  /** The task. */
  readonly owner: string;
  readonly metrics: BridgeMetrics;
  readonly reporters: Reporters;
  /** The limit of all providers together. */
  readonly gate: PartsGate;
  readonly timing?: { readonly slots?: SlotKeeperTiming; readonly supervision?: SupervisorOptions };
}

export interface LinkStarter {
  start(known: KnownProvider): ProviderLink;
  /** Resolves when any link can be given messages, or at `close`. */
  whenUp(): Promise<void>;
  /** A message went back; this provider was the first choice. */
  deferred(provider: string | null): void;
  close(): void;
}

type SmppProvider = Extract<Provider, { readonly kind: 'smpp' }>;

const ESME_ROK = 0;

/** Stores what an SMSC delivers before it is answered. */
const deliverTo =
  (
    name: string,
    settings: () => SmppSettings,
    { reporters, inboundQueueUrl }: LinkStarterWorld,
    metrics: () => ProviderMetrics,
    ids: InboundIds,
  ) =>
  async (pdu: DeliverSm | DataSm): Promise<number> => {
    const { plain_receipts: plainReceipts, default_alphabet: defaultAlphabet, id_format } = settings();
    const interpreted = interpretDelivery(pdu, { provider: name, plainReceipts, defaultAlphabet }, new Date());
    metrics().received(interpreted.kind, interpreted.kind === 'ignored' ? interpreted.reason : undefined);
    if (interpreted.kind === 'receipt') {
      const { receipt } = interpreted;
      const smsc_message_id = receiptIdIn(id_format, receipt.smsc_message_id);
      await reporters.of(name).reportOnce({ ...receipt, smsc_message_id });
    } else if (interpreted.kind === 'inbound') {
      const inbound = { ...interpreted.inbound, inbound_id: ids.idOf(pdu) };
      await sendBatch(inboundQueueUrl, [{ body: InboundReceived.parse(inbound) }]);
    } else
      logger.warn('A delivery was ignored', {
        provider: name,
        reason: interpreted.reason,
        from: maskMsisdn(pdu.body.source_addr),
      });
    return ESME_ROK;
  };

/** Whoever waits until something can be sent. */
const createUpWaiters = (isUp: () => boolean) => {
  let waiters: (() => void)[] = [];
  let isClosed = false;
  const tell = (): void => {
    for (const wake of waiters) wake();
    waiters = [];
  };
  return {
    tell,
    whenUp: (): Promise<void> =>
      isClosed || isUp() ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve)),
    close: (): void => {
      isClosed = true;
      tell();
    },
  };
};

/** Makes links of either kind. */
export const createLinkStarter = (world: LinkStarterWorld): LinkStarter => {
  const links = new Set<ProviderLink>();
  const counters = new Map<string, ProviderMetrics>();
  const waiters = createUpWaiters(() => [...links].some(({ isUp }) => isUp));
  const { slots: timing, supervision } = world.timing ?? {};
  const reach = createProviderReach(world.exemptHosts);
  let started = 0;

  const common = (name: string): Omit<SlottedLinkWorld, 'stopped'> => {
    started += 1;
    // A link that follows another of the same provider in this process must not take the other's slots for its own.
    const task = `${world.owner}/${started}`;
    return {
      settle: (wish) => world.slots.settle(name, { task, ...wish }),
      up: waiters.tell,
      gate: world.gate,
      fault: (line, error) => logger.warn(line, { provider: name, error: error as Error }),
      metricsOf: (figures, statusOf) => {
        const metrics = world.metrics.of(name, figures, statusOf);
        counters.set(name, metrics);
        return metrics;
      },
      ...(timing && { timing }),
    };
  };

  const startSmpp = (first: KnownProvider & { readonly provider: SmppProvider }): ProviderLink => {
    const { name } = first.provider;
    const trace = startProviderTrace(world.sql, name);
    const ids = createInboundIds(name);
    // Sessions outlive a change of what they are not opened with, and must know it.
    let { settings } = first.provider;
    const kindOf = (known: KnownProvider, metrics: () => ProviderMetrics) => {
      if (known.provider.kind === 'smpp') ({ settings } = known.provider);
      return smppKind(known, metrics, {
        deliver: deliverTo(name, () => settings, world, metrics, ids),
        notTaken: ids.notTaken,
        late: (token, result) => {
          const mayRetry = (status: number) => isRetried(link.statusOf, status, token.attempt);
          const outcomes = toOutcomes(token, result, { now: new Date(), mayRetry, late: true });
          void world.reporters.of(name).report(outcomes);
        },
        passed: trace.passed,
        reach,
        ...(supervision && { supervision }),
      });
    };
    const stopped = (): void => {
      links.delete(link);
      trace.stop();
    };
    const link = startSlottedLink(name, first, kindOf, { ...common(name), stopped });
    return link;
  };

  const startHttp = (known: KnownProvider): ProviderLink => {
    const { name } = known.provider;
    const link = startSlottedLink(name, known, (current) => httpKind(current, reach), {
      ...common(name),
      stopped: () => void links.delete(link),
    });
    return link;
  };

  return {
    start: ({ provider, password }) => {
      const link = provider.kind === 'smpp' ? startSmpp({ provider, password }) : startHttp({ provider, password });
      links.add(link);
      return link;
    },
    whenUp: waiters.whenUp,
    deferred: (provider) => {
      if (provider !== null) counters.get(provider)?.deferred('none-took-it');
    },
    close: waiters.close,
  };
};
