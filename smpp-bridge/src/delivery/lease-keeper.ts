export interface LeaseKeeper {
  /** Resolves when the first lease is held. */
  readonly held: Promise<void>;
  stop(): void;
}

export interface LeaseWorld {
  /** False when the lease had passed before this renewal came. */
  renew(): Promise<boolean>;
  /** Monotonic milliseconds. */
  now(): number;
  /** The lease is lost, or nearly: everything that rests on it must stop at once. */
  lost(reason: 'refused' | 'deadline'): void;
  fault(error: unknown): void;
}

const tick = (ms: number): { readonly done: Promise<void>; cancel(): void } => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return {
    done: promise,
    cancel: () => {
      clearTimeout(timer);
      resolve();
    },
  };
};

/**
 * Renews a lease three times in its life and watches a deadline of its own, counted from before the last renewal that
 * succeeded: an SMSC checks no fencing token, so the holder must stop before a taker may begin.
 *
 * @param leaseMs the lease's length; the holder stops a sixth of it before its end.
 */
export const keepLease = (leaseMs: number, world: LeaseWorld): LeaseKeeper => {
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  let deadline = Number.POSITIVE_INFINITY;
  let isStopped = false;
  let waiting = tick(0);

  const renewOnce = async (): Promise<void> => {
    const asked = world.now();
    const isHeld = await world.renew();
    if (isStopped) return;
    if (!isHeld) {
      isStopped = true;
      return world.lost('refused');
    }
    deadline = asked + (leaseMs * 5) / 6;
    hold();
  };

  const watch = setInterval(() => {
    if (isStopped || world.now() < deadline) return;
    isStopped = true;
    clearInterval(watch);
    waiting.cancel();
    world.lost('deadline');
  }, leaseMs / 60);

  const keep = async (): Promise<void> => {
    while (!isStopped) {
      let pauseMs = leaseMs / 3;
      await renewOnce().catch((error: unknown) => {
        pauseMs = leaseMs / 30;
        world.fault(error);
      });
      waiting = tick(pauseMs);
      await waiting.done;
    }
  };
  void keep();

  return {
    held,
    stop: () => {
      isStopped = true;
      clearInterval(watch);
      waiting.cancel();
    },
  };
};
