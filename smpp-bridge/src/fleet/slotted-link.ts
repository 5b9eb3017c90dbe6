import type { HeldSlots } from '#shared/adapters/bind-slots.ts';
import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import { MessageId } from '#shared/contracts/identifiers.ts';
import type { SlotWish } from '#shared/domain/bind-slots.ts';
import type { LinkFigures } from '../bridge-instruments.ts';
import type { ProviderMetrics } from '../bridge-metrics.ts';
import type { LaneLimits, LaneSession } from '../delivery/lane.ts';
import type { PartsGate } from '../delivery/parts-gate.ts';
import type { StatusTable } from '../pdu/command-status.ts';
import { systemClock } from '../session/system-clock.ts';
import { logWindow } from '../trace/session-event.ts';
import { createCarrier } from './carrier.ts';
import type { KnownProvider, LinkState, ProviderLink, Submission } from './provider-link.ts';
import { keepSlots, type SlotKeeperTiming } from './slot-keeper.ts';

/** What is open on one slot: a bind that is kept alive, or what stands for one. */
export interface OpenSlot {
  /** It is up. */
  readonly isBound: boolean;
  /** Only a person can mend what keeps it from being up. */
  readonly isLockedOut: boolean;
  /** Why it is not up, or the last that went wrong; null when nothing did. */
  readonly trouble: string | null;
  /** Lets what is in flight finish, closes, and stays closed. */
  stop(drainMs: number): Promise<void>;
  /** Closes at once. */
  destroy(): void;
}

/** What one kind of provider does in its own way, for the settings as they are at the moment. */
export interface LinkKind<Fields> {
  readonly binds: number;
  /** Of each slot: the provider's rate is split by them. */
  readonly limits: LaneLimits;
  readonly statusOf: StatusTable;
  /** What cannot be changed without opening sessions anew; equal when it has not changed. */
  readonly address: string;
  /** @param attach is given each session that is up and takes parts. */
  open(slot: number, attach: (session: LaneSession<Fields>) => void): OpenSlot;
  /** Null when it cannot carry the message. */
  submissionsOf(claim: Claim): readonly { readonly parts: readonly number[]; readonly fields: Fields }[] | null;
}

export interface SlottedLinkWorld {
  settle(wish: Omit<SlotWish, 'task'>): Promise<HeldSlots>;
  /** It may be given messages now. */
  up(): void;
  fault(line: string, error: unknown): void;
  /** Nothing is open any more, and nothing will be. */
  stopped(): void;
  metricsOf(figures: () => LinkFigures, statusOf: StatusTable): ProviderMetrics;
  readonly timing?: SlotKeeperTiming;
  /** The limit of all providers together. */
  readonly gate?: PartsGate;
}

/** What is in flight on a slot that another task wants has so long to be answered. */
const handOverMs = 10_000;

/** A link whose sessions are opened on the slots that this task holds. */
export const startSlottedLink = <Fields extends { readonly destination_addr: string }>(
  name: string,
  first: KnownProvider,
  kindOf: (known: KnownProvider, metrics: () => ProviderMetrics) => LinkKind<Fields>,
  world: SlottedLinkWorld,
): ProviderLink => {
  let kind = kindOf(first, () => metrics);
  let drainMs = handOverMs;
  let isStopping = false;
  let slotTrouble: string | null = null;
  const open = new Map<number, OpenSlot>();
  const statusOf: StatusTable = (status) => kind.statusOf(status);
  const metrics: ProviderMetrics = world.metricsOf(() => stateNow(), statusOf);
  const carrier = createCarrier<Fields>(() => kind.limits, statusOf, metrics, world.gate);

  const stateNow = (): LinkState => {
    const { links, inHand, isCircuitOpen } = carrier;
    const slots = [...open.values()];
    const bound = slots.filter(({ isBound }) => isBound).length;
    const openCircuits = slots.filter(({ isLockedOut }) => isLockedOut).length;
    const { inFlight, waiting, window, rate } = links;
    return {
      ...{ slots: slots.length, bound, openCircuits, inFlight, waiting, inHand, window, rate, isCircuitOpen },
      reason: reasonOf(slots, isCircuitOpen),
    };
  };
  const reasonOf = (slots: readonly OpenSlot[], isCircuitOpen: boolean): string | null => {
    const down = slots.find(({ isBound }) => !isBound);
    if (down) return down.trouble ?? 'a session is being opened';
    if (slots.length === 0) return slotTrouble ?? 'other tasks hold all binds that the provider allows';
    return isCircuitOpen ? 'it takes nothing lately' : slotTrouble;
  };

  const openOn = (slot: number): void => {
    open.set(
      slot,
      kind.open(slot, (session) => {
        carrier.attach(session, (change) => logWindow(name, slot, change));
        world.up();
      }),
    );
  };
  const closeOn = async (slot: number, ms: number): Promise<boolean> => {
    const opened = open.get(slot);
    await opened?.stop(ms);
    return open.get(slot) === opened;
  };

  const keeper = keepSlots(
    kind.binds,
    {
      settle: async (wish) => {
        try {
          const settled = await world.settle(wish);
          slotTrouble = null;
          return settled;
        } catch (error) {
          slotTrouble = 'the table of bind slots does not answer';
          throw error;
        }
      },
      taken: openOn,
      wanted: (slot) =>
        void closeOn(slot, drainMs).then((isSame) => {
          // One that was lost meanwhile is not this task's to give back, nor is what it may have taken since.
          if (!isSame) return;
          open.delete(slot);
          keeper.closed(slot);
        }),
      lost: (slot) => {
        open.get(slot)?.destroy();
        open.delete(slot);
      },
      fault: (error) => world.fault('The bind slots could not be renewed yet', error),
    },
    systemClock,
    world.timing,
  );

  /** A slot keeps its number while its session is opened anew: the account never sees one more than it allows. */
  const reopen = (slot: number): void =>
    void closeOn(slot, handOverMs).then((isSame) => {
      if (isSame && !isStopping && keeper.uses(slot)) openOn(slot);
    });

  return {
    name,
    statusOf,
    get state() {
      return stateNow();
    },
    get slots() {
      return { held: open.size, allowed: kind.binds };
    },
    get isUp() {
      return carrier.links.bound > 0;
    },
    get isCircuitOpen() {
      return carrier.isCircuitOpen;
    },
    get inHand() {
      return carrier.inHand;
    },
    get capacity() {
      return carrier.capacity;
    },
    roomIn: carrier.roomIn,
    prepare: (claim) => {
      const submissions = kind.submissionsOf(claim);
      if (!submissions) return null;
      const message_id = MessageId.parse(claim.message_id);
      return submissions.map(({ parts, fields }): Submission => {
        const token = { message_id, attempt: claim.attempt, parts };
        return { parts, submit: (flow) => carrier.submit(fields, token, flow) };
      });
    },
    change: (known) => {
      const before = kind;
      kind = kindOf(known, () => metrics);
      carrier.links.change(kind.limits);
      keeper.allow(kind.binds);
      if (kind.address !== before.address) for (const slot of open.keys()) reopen(slot);
    },
    close: () => carrier.links.close(),
    stop: async (ms) => {
      isStopping = true;
      drainMs = ms;
      carrier.links.close();
      await keeper.leave();
      metrics.forget();
      world.stopped();
    },
    destroy: () => {
      isStopping = true;
      carrier.links.close();
      for (const slot of open.values()) slot.destroy();
    },
  };
};
