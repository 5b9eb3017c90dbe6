import { randomUUID } from 'node:crypto';
import { logger } from '#shared/telemetry.ts';
import type { BuildRequest, Built, Opened, OpenRequest, PacketHsm } from './hsm-backend.ts';
import { HsmFault } from './hsm-fault.ts';
import type { Admitted, HsmGate } from './hsm-gate.ts';

/** The HSM was not asked: it has its hands full, or is unwell. No counter was used. */
export type NotNow = {
  readonly outcome: 'not-now';
  readonly reason: Extract<Admitted, { outcome: 'refused' }>['reason'];
  readonly retryAfterMs: number;
};

export interface GuardedHsm {
  readonly name: string;
  /** @throws HsmFault, after it was reported to the gate. */
  build(request: BuildRequest): Promise<Built | NotNow>;
  /** @throws HsmFault, after it was reported to the gate. */
  open(request: OpenRequest): Promise<Opened | NotNow>;
}

/** An HSM that is asked through its gate alone: what the system shields it by. */
export const guardedHsm = (hsm: PacketHsm, gate: HsmGate): GuardedHsm => {
  const through = async <Result>(call: () => Promise<Result>): Promise<Result | NotNow> => {
    const admitted = await gate.enter(randomUUID()).catch((cause: unknown) => {
      // Without the gate nobody knows what the HSM has in hand: it is not asked.
      throw new HsmFault('hsm.unavailable', 'The gate before the HSM does not answer.', { cause });
    });
    if (admitted.outcome === 'refused')
      return { outcome: 'not-now', reason: admitted.reason, retryAfterMs: admitted.retryAfterMs };
    const leave = (report: 'answered' | 'failed') =>
      // The call's result is not lost over this: a permit that is not given back runs out.
      admitted.leave(report).catch((error: unknown) => logger.warn('An HSM permit was not given back', { error }));
    try {
      const result = await call();
      await leave('answered');
      return result;
    } catch (error) {
      if (error instanceof HsmFault) logger.warn('The HSM fails', { reason: error.reason, why: error.message });
      await leave(error instanceof HsmFault ? 'failed' : 'answered');
      throw error;
    }
  };
  return {
    name: hsm.name,
    build: (request) => through(() => hsm.build(request)),
    open: (request) => through(() => hsm.open(request)),
  };
};
