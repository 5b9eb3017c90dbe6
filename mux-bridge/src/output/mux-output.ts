import { errorStatusName } from '#shared/domain/simulcrypt/messages.ts';
import { retryDelayMs } from '../session/backoff.ts';
import { type MuxLink, type MuxLinkSettings, openMuxLink } from '../session/mux-link.ts';
import type { MuxFailure } from '../session/mux-session.ts';
import type { Output, OutputEvent } from './output.ts';

export interface MuxOutputSettings extends MuxLinkSettings {
  /** Of packets: whether sections share them. */
  readonly packs: boolean;
}

const statusesOf = (failure: MuxFailure): readonly number[] => ('statuses' in failure ? failure.statuses : []);

/** A connection counts as a good one, and the next failure as the first, when it had bandwidth for so long. */
const stableMs = 30_000;
const closeMs = 3_000;

/** A multiplexer over TCP, connected to again and again. */
export const createMuxOutput = (settings: MuxOutputSettings, report: (event: OutputEvent) => void): Output => {
  let link: MuxLink | null = null;
  let wanted = settings.bandwidth_kbit_s;
  let allocation = 0;
  let allocatedAt = 0;
  let attempt = 0;
  let isOver = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const closed = Promise.withResolvers<void>();

  const lost = (failure: MuxFailure | null) => {
    if (allocatedAt > 0 && performance.now() - allocatedAt > stableMs) attempt = 0;
    allocation = 0;
    allocatedAt = 0;
    link = null;
    if (isOver || !failure) return closed.resolve();
    attempt += 1;
    const retryMs = retryDelayMs(attempt, failure, Math.random());
    report({ event: 'failed', reason: failure.kind, statuses: statusesOf(failure).map(errorStatusName), retryMs });
    waiting = setTimeout(connect, retryMs);
  };

  const connect = (): void => {
    link = openMuxLink(
      { ...settings, bandwidth_kbit_s: wanted },
      {
        allocated: (kbit_s) => {
          allocation = kbit_s;
          if (kbit_s > 0 && allocatedAt === 0) allocatedAt = performance.now();
          report({ event: 'allocated', kbit_s });
        },
        complained: (statuses) => report({ event: 'complained', statuses: statuses.map(errorStatusName) }),
        ended: lost,
      },
    );
  };
  connect();

  const destroy = (): void => {
    isOver = true;
    clearTimeout(waiting);
    link?.destroy();
    closed.resolve();
  };

  return {
    mode: settings.mode,
    isPacked: settings.packs,
    get allocation() {
      return link?.isOpen ? allocation : 0;
    },
    send: (datagrams) => link?.provide(datagrams),
    request: (bandwidthKbitS) => {
      wanted = bandwidthKbitS;
      link?.request(bandwidthKbitS);
    },
    close: async () => {
      isOver = true;
      if (!link) return destroy();
      const giveUp = setTimeout(destroy, closeMs);
      link.close();
      await closed.promise;
      clearTimeout(giveUp);
    },
    destroy,
  };
};
