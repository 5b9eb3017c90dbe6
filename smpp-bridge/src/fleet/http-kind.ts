import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import type { ProviderReach } from '#shared/adapters/provider-reach.ts';
import { hostOf } from '#shared/domain/provider-host.ts';
import { httpRefusal } from '#shared/domain/refusal.ts';
import { logger } from '#shared/telemetry.ts';
import { usualStyle } from '../delivery/submit-style.ts';
import { toSubmitSm } from '../delivery/to-submit-sm.ts';
import { type StatusRule, statusTable } from '../pdu/command-status.ts';
import { retryDelayMs } from '../session/backoff.ts';
import { type HttpPart, openHttpSession } from './http-session.ts';
import type { KnownProvider } from './provider-link.ts';
import type { LinkKind, OpenSlot } from './slotted-link.ts';

/** An HTTP provider counts no binds: into so many shares its rate and window are split among tasks. */
export const httpSlots = 4;

/** After 401 or 403 only a person can mend it. */
const lockedOutMs = 60_000;

const rule = (means: StatusRule['means'], from: number, to = from): StatusRule => ({
  means,
  from: httpRefusal(from),
  to: httpRefusal(to),
});

/** What an answer means for the message; 5xx but these leave it unknown. */
const rules: readonly StatusRule[] = [
  rule('throttle', 429),
  rule('session', 401),
  rule('session', 403),
  rule('transient', 404),
  rule('transient', 408),
  rule('transient', 409),
  rule('transient', 425),
  rule('transient', 300, 399),
  rule('transient', 503),
  rule('permanent', 400, 499),
  rule('permanent', 501),
];

/** One post a part: its content as octets, so that nothing depends on who encodes it, with the text where it is one. */
const submissionsOf = (claim: Claim): { readonly parts: readonly number[]; readonly fields: HttpPart }[] | null => {
  const submits = toSubmitSm(claim, usualStyle);
  if (!submits) return null;
  return submits.map(({ parts, fields }) => ({
    parts,
    fields: {
      destination_addr: fields.destination_addr,
      idempotencyKey: `${claim.message_id}.${parts.join('-')}`,
      body: {
        message_id: claim.message_id,
        part: parts[0],
        attempt: claim.attempt,
        to: claim.recipient,
        from: claim.sender,
        encoding: claim.encoding,
        data_coding: fields.data_coding,
        protocol_id: fields.protocol_id,
        has_header: fields.esm_class === 0x40,
        user_data_hex: fields.short_message?.toString('hex'),
        validity_seconds: claim.remaining_seconds,
        ...(claim.encoding !== 'binary' && claim.part_numbers.length === 1 && parts[0] === 1 && { text: claim.body }),
      },
    },
  }));
};

/** What stands on a slot of a provider that must not be called, until its settings are others. */
const unreachableSlot = (trouble: string): OpenSlot => ({
  isBound: false,
  isLockedOut: false,
  trouble,
  stop: () => Promise.resolve(),
  destroy: () => undefined,
});

/** A provider that is posted JSON: each slot is a share of the rate and of the requests at once. */
export const httpKind = ({ provider, password }: KnownProvider, reach: ProviderReach): LinkKind<HttpPart> => {
  if (provider.kind !== 'http') throw new Error(`${provider.name} is no HTTP provider`);
  const { name } = provider;
  const { url, window, parts_per_second, burst, response_timeout_seconds } = provider.settings;
  const address = { url, key: password, timeoutMs: response_timeout_seconds * 1_000 };
  const to = new URL(url);
  const refusal = reach.refuseUrl(to);
  const lookup = reach.lookupOf(hostOf(to));
  const mostInFlight = Math.max(1, Math.ceil(window / httpSlots));
  return {
    binds: httpSlots,
    limits: {
      mostInFlight,
      burst: Math.max(1, Math.floor(burst / httpSlots)),
      ...(parts_per_second !== null && { mostPerSecond: parts_per_second / httpSlots }),
    },
    statusOf: statusTable(rules),
    address: JSON.stringify(address),
    submissionsOf,
    open: (slot, attach): OpenSlot => {
      if (refusal !== undefined) {
        logger.error('HTTP provider must not be called', { provider: name, slot, reason: `its URL ${refusal}` });
        return unreachableSlot(`its URL ${refusal}`);
      }
      let attempt = 0;
      let isStopped = false;
      let isLockedOut = false;
      let trouble: string | null = null;
      let timer: NodeJS.Timeout | undefined;
      let session = begin();
      function begin() {
        const opened = openHttpSession({ ...address, lookup }, mostInFlight, (ended) => {
          attempt = ended.wasReached ? 1 : attempt + 1;
          ({ isLockedOut, trouble } = ended);
          const delayMs = isLockedOut
            ? lockedOutMs
            : retryDelayMs({ attempt, failure: { kind: 'unreachable' }, random: Math.random() });
          logger.warn('HTTP provider takes nothing', { provider: name, slot, reason: trouble, retry_in_ms: delayMs });
          if (!isStopped) timer = setTimeout(reopen, delayMs);
        });
        return opened;
      }
      function reopen() {
        session = begin();
        attach(session);
      }
      attach(session);
      const close = (): void => {
        isStopped = true;
        clearTimeout(timer);
        session.close();
      };
      return {
        get isBound() {
          return session.state !== 'CLOSED';
        },
        get isLockedOut() {
          return isLockedOut && session.state === 'CLOSED';
        },
        get trouble() {
          return session.state === 'CLOSED' ? trouble : null;
        },
        stop: async (drainMs) => {
          close();
          await Promise.race([session.idle(), new Promise((resolve) => setTimeout(resolve, drainMs).unref())]);
        },
        destroy: close,
      };
    },
  };
};
