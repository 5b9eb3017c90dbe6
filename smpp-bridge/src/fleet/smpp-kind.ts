import type { ProviderReach } from '#shared/adapters/provider-reach.ts';
import { statusRules } from '#shared/contracts/provider-statuses.ts';
import type { SmppSettings } from '#shared/contracts/providers.ts';
import type { ProviderMetrics } from '../bridge-metrics.ts';
import type { PartToken } from '../delivery/to-outcome.ts';
import { toSubmitSm } from '../delivery/to-submit-sm.ts';
import { commandStatusName, statusTable } from '../pdu/command-status.ts';
import type { DataSm, DeliverSm, PassingPdu } from '../pdu/pdu.ts';
import type { Direction, SessionSettings, SubmitResponse, SubmitSmFields } from '../session/session-types.ts';
import { type SupervisorEvent, type SupervisorOptions, superviseBind } from '../session/supervisor.ts';
import { logSessionEvent } from '../trace/session-event.ts';
import type { KnownProvider } from './provider-link.ts';
import type { LinkKind, OpenSlot } from './slotted-link.ts';

/** What an SMPP link tells the bridge. */
export interface SmppWorld {
  /** Gives the command_status to answer with, once it is stored. */
  deliver(pdu: DeliverSm | DataSm): Promise<number>;
  /** The SMSC was not told that this one is stored. */
  notTaken(pdu: DeliverSm | DataSm): void;
  late(token: PartToken, result: SubmitResponse): void;
  passed(bind: number, direction: Direction, pdu: PassingPdu): void;
  readonly reach: ProviderReach;
  readonly supervision?: SupervisorOptions;
}

const refusalOf = (host: string, reach: ProviderReach): string | undefined => {
  const why = reach.refuseHost(host);
  return why === undefined ? undefined : `${host} ${why}`;
};

const sessionSettings = (settings: SmppSettings, password: string, reach: ProviderReach): SessionSettings => ({
  host: settings.host,
  lookup: reach.lookupOf(settings.host),
  hostRefusal: refusalOf(settings.host, reach),
  port: settings.port,
  tls: settings.tls,
  systemId: settings.system_id,
  password,
  systemType: settings.system_type,
  bindType: settings.bind_type,
  windowSize: settings.window,
  bindTimeoutMs: settings.bind_timeout_seconds * 1_000,
  enquireLinkIntervalMs: settings.enquire_link_seconds * 1_000,
  enquireLinkTimeoutMs: 10_000,
  responseTimeoutMs: settings.response_timeout_seconds * 1_000,
  readTimeoutMs: 30_000,
});

/** A session is opened anew for what it was opened with; its window it learns by itself. */
const addressOf = (settings: SessionSettings): string => JSON.stringify({ ...settings, windowSize: undefined });

/** Of several addresses that were all tried Node gives the errors together, without a message. */
const wordsOf = (error: Error & { readonly code?: string }): string => error.message || (error.code ?? error.name);

/** The words for an operator; undefined where the event says nothing of why a bind is not up. */
const troubleIn = (event: SupervisorEvent): string | null | undefined => {
  switch (event.type) {
    case 'bound':
      return null;
    case 'bind-refused':
      return `the bind was refused: ${commandStatusName(event.commandStatus)}`;
    case 'bind-failed':
      return `no bind: ${wordsOf(event.error)}`;
    case 'session-closed':
      return `the session ended: ${event.closed.reason}`;
    default:
      return undefined;
  }
};

/** Rate and burst are the provider's, of all its binds together: each has its part. */
const limitsOf = ({ parts_per_second, burst, window, binds }: SmppSettings) => ({
  mostInFlight: window,
  burst: Math.max(1, Math.floor(burst / binds)),
  ...(parts_per_second !== null && { mostPerSecond: parts_per_second / binds }),
});

/** An SMSC: each slot is a bind. */
export const smppKind = (
  { provider, password }: KnownProvider,
  metrics: () => ProviderMetrics,
  world: SmppWorld,
): LinkKind<SubmitSmFields> => {
  if (provider.kind !== 'smpp') throw new Error(`${provider.name} is no SMPP provider`);
  const { name, settings } = provider;
  const session = sessionSettings(settings, password, world.reach);
  return {
    binds: settings.binds,
    limits: limitsOf(settings),
    statusOf: statusTable(statusRules(settings.statuses)),
    address: addressOf(session),
    submissionsOf: (claim) => toSubmitSm(claim, settings),
    open: (slot, attach): OpenSlot => {
      let trouble: string | null = null;
      const supervisor = superviseBind(
        session,
        {
          deliver: (pdu) => world.deliver(pdu),
          notTaken: (pdu) => world.notTaken(pdu),
          lateResponse: ({ token, result }) => world.late(token as PartToken, result),
          bound: (bound) => {
            // A receiver takes no submit_sm.
            if (bound.state !== 'BOUND_RX') attach(bound);
          },
          lost: () => undefined,
          event: (event) => {
            const told = troubleIn(event);
            if (told !== undefined) trouble = told;
            metrics().happened(slot, event);
            logSessionEvent(name, slot, event);
          },
          passed: (direction, pdu) => world.passed(slot, direction, pdu),
        },
        world.supervision,
      );
      return {
        get isBound() {
          return supervisor.session !== undefined;
        },
        get isLockedOut() {
          return supervisor.isCircuitOpen;
        },
        get trouble() {
          return trouble;
        },
        stop: (drainMs) => supervisor.stop(drainMs),
        destroy: () => supervisor.destroy(),
      };
    },
  };
};
