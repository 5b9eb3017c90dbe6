import type { Lease, Leases } from '#shared/adapters/leases.ts';

export interface HeldLease {
  readonly generation: number;
  /** False from so long before its end that whoever takes it next begins after what rests on it has stopped. */
  isSafe(): boolean;
  /** Gives it back, when everything that rests on it has stopped. */
  release(): Promise<void>;
}

export interface LeaseEvents {
  /** It is lost, or will be in a moment: whatever rests on it must stop at once. */
  lost(reason: 'refused' | 'deadline'): void;
  fault(error: unknown): void;
}

/** A MUX checks no fencing token: the holder has closed its socket this long before anybody else may begin. */
export const closeBeforeMs = 1_000;

/** @returns the lease, renewed three times in its life; null while another holds it. */
export const holdLease = async (
  leases: Pick<Leases, 'acquire' | 'renew' | 'release'>,
  name: string,
  holder: string,
  seconds: number,
  events: LeaseEvents,
): Promise<HeldLease | null> => {
  const acquired = await leases.acquire(name, holder, seconds);
  if (!acquired) return null;
  let lease: Lease = acquired;
  let isOver = false;

  const lose = (reason: 'refused' | 'deadline'): void => {
    if (isOver) return;
    isOver = true;
    clearInterval(watching);
    clearTimeout(renewing);
    events.lost(reason);
  };

  const isSafe = (): boolean => !isOver && performance.now() < lease.deadline - closeBeforeMs;

  const watching = setInterval(() => {
    if (!isSafe()) lose('deadline');
  }, 50);

  const renew = async (): Promise<void> => {
    let pauseMs = (seconds * 1000) / 3;
    try {
      const renewed = await leases.renew(lease, seconds);
      if (isOver) return;
      if (!renewed) return lose('refused');
      lease = renewed;
    } catch (error) {
      events.fault(error);
      pauseMs = (seconds * 1000) / 20;
    }
    if (!isOver) renewing = setTimeout(() => void renew(), pauseMs);
  };
  let renewing = setTimeout(() => void renew(), (seconds * 1000) / 3);

  return {
    generation: acquired.generation,
    isSafe,
    release: async () => {
      isOver = true;
      clearInterval(watching);
      clearTimeout(renewing);
      await leases.release(lease);
    },
  };
};
