import type { PduTrace } from './pdu-trace.ts';

export interface TraceSwitchWorld {
  /** For how many seconds more the operators want to see PDUs; 0 when they do not. */
  read(): Promise<number>;
  /** The trace went on or off. */
  switched(isOn: boolean): void;
  fault(error: unknown): void;
}

export interface TraceSwitch {
  stop(): void;
}

const defaultEveryMs = 10_000;

/**
 * Looks every so often whether a trace is wanted. While the answer cannot be had the last one holds; a trace ends at the
 * time that was set for it in any case.
 */
export const followTraceSwitch = (
  trace: PduTrace,
  world: TraceSwitchWorld,
  everyMs: number = defaultEveryMs,
): TraceSwitch => {
  let wasOn = false;
  let isLooking = false;

  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      trace.showFor((await world.read()) * 1_000);
    } catch (error) {
      world.fault(error);
    }
    isLooking = false;
    if (trace.isOn !== wasOn) world.switched(trace.isOn);
    wasOn = trace.isOn;
  };

  void look();
  const timer = setInterval(() => void look(), everyMs);
  return { stop: () => clearInterval(timer) };
};
