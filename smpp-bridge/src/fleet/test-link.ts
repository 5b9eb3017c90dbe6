import { v7 as uuidV7 } from 'uuid';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { createProviderReach } from '#shared/adapters/provider-reach.ts';
import { type Provider, SmppSettings } from '#shared/contracts/providers.ts';
import { type BindSlots, noBindSlots, planSlots, type SlotTerms } from '#shared/domain/bind-slots.ts';
import { createBridgeMetrics } from '../bridge-metrics.ts';
import type { KnownProvider, ProviderLink } from './provider-link.ts';
import { type SlottedLinkWorld, startSlottedLink } from './slotted-link.ts';
import { type SmppWorld, smppKind } from './smpp-kind.ts';

/** For tests: slots in memory, with leases that are quickly over. */
export interface TestSlots {
  readonly terms: SlotTerms;
  slots: Map<string, BindSlots>;
}

export const createTestSlots = (): TestSlots => ({ terms: { leaseMs: 900, marginMs: 100 }, slots: new Map() });

const quick = { renewMs: 50, seekMs: 20, watchMs: 10 };
const prompt = { baseMs: 1, ceilingMs: 50, bindFailedBaseMs: 1, alreadyBoundMs: 20, circuitOpenMs: 60_000 };

export const knownSmpp = (
  name: string,
  port: number,
  settings: Partial<SmppSettings> = {},
  password = 'secret08',
  revision = 1,
): KnownProvider => {
  const provider: Provider = {
    name,
    kind: 'smpp',
    revision,
    secret_set_at: null,
    settings: SmppSettings.parse({ host: '127.0.0.1', port, tls: false, system_id: 'signalbox', ...settings }),
  };
  return { provider, password };
};

export interface TestLink {
  readonly link: ProviderLink;
  /** As a process that is gone: its sockets close, and it renews nothing. */
  kill(): void;
}

/** What a link has of its task and its provider, over slots in memory. */
export const testWorld = (
  task: string,
  name: string,
  { slots, terms }: TestSlots,
  isDead: () => boolean = () => false,
): SlottedLinkWorld => ({
  settle: (wish) => {
    if (isDead()) return new Promise(() => undefined);
    const asked = performance.now();
    const { next, held, surplus } = planSlots(slots.get(name) ?? noBindSlots, { task, ...wish }, Date.now(), terms);
    slots.set(name, next);
    return Promise.resolve({ held, surplus, deadline: asked + (terms.leaseMs * 5) / 6 });
  },
  up: () => undefined,
  stopped: () => undefined,
  fault: () => undefined,
  metricsOf: (figures, statusOf) => createBridgeMetrics().of(name, figures, statusOf),
  timing: quick,
});

/** SMSCs of tests are on loopback. */
export const testReach = createProviderReach(['127.0.0.1']);

/** One task's link to an SMSC. */
export const startTestLink = (
  task: string,
  known: KnownProvider,
  slots: TestSlots,
  given: Partial<Pick<SmppWorld, 'deliver' | 'reach'>> = {},
): TestLink => {
  const { name } = known.provider;
  let isDead = false;
  const link = startSlottedLink(
    name,
    known,
    (current, metrics) =>
      smppKind(current, metrics, {
        deliver: () => Promise.resolve(0),
        late: () => undefined,
        notTaken: () => undefined,
        passed: () => undefined,
        reach: testReach,
        supervision: { backoff: prompt },
        ...given,
      }),
    testWorld(task, name, slots, () => isDead),
  );
  return {
    link,
    kill: () => {
      isDead = true;
      link.destroy();
    },
  };
};

let lastRecipient = 491_700_000_000;

export const claimOf = (given: Partial<Claim> = {}): Claim => {
  lastRecipient += 10_000;
  return {
    message_id: uuidV7(),
    client_id: uuidV7(),
    attempt: 1,
    claim_id: uuidV7(),
    recipient: `${lastRecipient}`,
    sender: 'Signalbox',
    body: 'hello',
    encoding: 'gsm7',
    locking_shift: null,
    single_shift: null,
    data_coding: null,
    protocol_id: null,
    udh_hex: null,
    push_reference_bits: null,
    concat_reference: 1,
    correlation_id: 'c',
    remaining_seconds: 3600,
    part_numbers: [1],
    tried: [],
    ...given,
  };
};
