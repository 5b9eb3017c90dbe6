import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import type { Fleet } from '#shared/adapters/read-fleet.ts';
import type { Provider } from '#shared/contracts/providers.ts';
import type { Priority } from '#shared/contracts/queue-messages.ts';
import { createRouter, type Router } from '#shared/domain/routing/choose-providers.ts';
import { kindOf } from '#shared/domain/routing/message-kind.ts';
import type { RouteCandidate } from './carry-claim.ts';
import type { KnownProvider, ProviderLink } from './provider-link.ts';

export interface FleetWorld {
  /** Null when nothing changed since that version; all of it without one. */
  read(knownVersion?: string): Promise<Fleet | null>;
  /** Null: there is none. */
  readPassword(provider: string): Promise<string | null>;
  start(known: KnownProvider): ProviderLink;
  /** These cannot be used at all, and why: those of before are to be forgotten. */
  unusable(faults: ReadonlyMap<string, string>): void;
  log(line: string, detail: object): void;
}

export interface FleetKeeper {
  readonly links: ReadonlyMap<string, ProviderLink>;
  /** Of the fleet as it is worked by; undefined until it was first read. */
  readonly version: string | undefined;
  /** What this task may give to all providers together: by its part of all slots. Null: there is no such limit. */
  readonly partsPerSecond: number | null;
  candidatesFor(claim: Claim, priority: Priority): readonly RouteCandidate[];
  /** Resolves when the fleet was read once. */
  readonly ready: Promise<void>;
  /** What waits in any link is not sent. */
  close(): void;
  stop(drainMs: number): Promise<void>;
  /** Closes every socket at once. */
  destroy(): void;
}

export interface FleetTiming {
  readonly everyMs: number;
  /** Every so many times all of it is read, whether it changed or not: statistics are no change. */
  readonly wholeEvery: number;
}

export const fleetTiming: FleetTiming = { everyMs: 10_000, wholeEvery: 30 };

/** What a link must be told of when it differs. */
const keyOf = ({ kind, revision, secret_set_at }: Provider): string => `${kind} ${revision} ${secret_set_at}`;

/** A removed provider's last messages have so long to be answered. */
const removalDrainMs = 30_000;

/** All tasks' shares are one; a slot that nobody holds leaves its part unused. */
const shareOfSlots = (links: Iterable<ProviderLink>): number => {
  let [held, allowed] = [0, 0];
  for (const { slots } of links) {
    held += slots.held;
    allowed += slots.allowed;
  }
  return allowed === 0 ? 0 : Math.min(1, held / allowed);
};

/** Keeps a link to every enabled provider, by the settings as they are stored: looks again every ten seconds. */
export const keepFleet = (world: FleetWorld, timing: FleetTiming = fleetTiming): FleetKeeper => {
  const links = new Map<string, ProviderLink>();
  const applied = new Map<string, string>();
  const leaving = new Set<Promise<void>>();
  let route: Router = () => ({ outcome: 'none', reason: 'no-route', route: null });
  let version: string | undefined;
  let partsPerSecond: number | null = null;
  let isStopping = false;
  let isWhole = false;
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();

  const dismiss = (name: string, drainMs: number): void => {
    const link = links.get(name);
    if (!link) return;
    links.delete(name);
    applied.delete(name);
    const gone = link
      .stop(drainMs)
      .catch((error: unknown) => world.log('A link could not be closed in good order', { provider: name, error }))
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  };

  const apply = async (provider: Provider): Promise<string | undefined> => {
    const { name } = provider;
    if (applied.get(name) === keyOf(provider)) return undefined;
    const password = await world.readPassword(name);
    if (password === null) return 'it has no password';
    const kindBefore = applied.get(name)?.split(' ')[0];
    if (kindBefore !== undefined && kindBefore !== provider.kind) dismiss(name, removalDrainMs);
    if (isStopping) return undefined;
    const link = links.get(name);
    if (link) link.change({ provider, password });
    else links.set(name, world.start({ provider, password }));
    applied.set(name, keyOf(provider));
    return undefined;
  };

  const take = async (fleet: Fleet): Promise<void> => {
    const faults = new Map(fleet.faults.map(({ provider, reason }) => [provider, reason]));
    // Settings that cannot be read do not take a provider down that works by its former ones.
    const wanted = new Set([...fleet.providers.map(({ name }) => name), ...faults.keys()]);
    for (const name of [...links.keys()]) if (!wanted.has(name)) dismiss(name, removalDrainMs);
    for (const provider of fleet.providers) {
      const fault = await apply(provider).catch((error: unknown) => {
        world.log('A provider could not be taken up', { provider: provider.name, error });
        return 'its password could not be read';
      });
      if (fault !== undefined) faults.set(provider.name, fault);
    }
    world.unusable(faults);
    route = createRouter(fleet.routing);
    version = fleet.version;
    partsPerSecond = fleet.partsPerSecond;
    isWhole = faults.size === 0;
  };

  const look = async (): Promise<void> => {
    try {
      const known = isWhole && looks % timing.wholeEvery !== 0 ? version : undefined;
      looks += 1;
      const fleet = await world.read(known);
      if (fleet) await take(fleet);
      isReady();
    } catch (error) {
      world.log('The providers could not be read; those of before stay', { error });
    }
  };

  const again = (): void => {
    looking = look().then(() => {
      // Without a provider there is nothing to do but to look for one.
      if (!isStopping) timer = setTimeout(again, links.size === 0 ? Math.min(1_000, timing.everyMs) : timing.everyMs);
    });
  };
  again();

  return {
    links,
    get version() {
      return version;
    },
    get partsPerSecond() {
      return partsPerSecond === null ? null : partsPerSecond * shareOfSlots(links.values());
    },
    ready,
    candidatesFor: ({ recipient, client_id, encoding, push_reference_bits }, priority) => {
      const kind = kindOf(encoding, push_reference_bits !== null);
      const routed = route({ recipient, client_id, kind, priority });
      if (routed.outcome === 'none') return [];
      return routed.candidates.map(({ provider: name }) => ({ name, link: links.get(name) }));
    },
    close: () => {
      isStopping = true;
      clearTimeout(timer);
      for (const link of links.values()) link.close();
    },
    stop: async (drainMs) => {
      isStopping = true;
      clearTimeout(timer);
      await looking;
      for (const name of [...links.keys()]) dismiss(name, drainMs);
      await Promise.all(leaving);
    },
    destroy: () => {
      isStopping = true;
      clearTimeout(timer);
      for (const link of links.values()) link.destroy();
    },
  };
};
