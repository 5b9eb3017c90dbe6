import type { PassingPdu } from '../pdu/pdu.ts';
import type { Direction } from '../session/session-types.ts';
import { type TracedPdu, tracedPdu } from './traced-pdu.ts';

/** One line of a trace. */
export interface TraceLine extends TracedPdu {
  readonly provider: string;
  /** Which of the task's binds, from 1. */
  readonly bind: number;
  readonly direction: Direction;
}

/** The decoded PDUs of one provider, shown while an operator asks for it. */
export interface PduTrace {
  readonly isOn: boolean;
  /** Shows what passes from now on for so many milliseconds, and then no more; 0 ends it at once. */
  showFor(milliseconds: number): void;
  /** A comparison and nothing else while the trace is off. */
  passed(bind: number, direction: Direction, pdu: PassingPdu): void;
}

export interface PduTraceWorld {
  /** Monotonic milliseconds. */
  now(): number;
  line(line: TraceLine): void;
}

export const createPduTrace = (provider: string, { now, line }: PduTraceWorld): PduTrace => {
  let isOn = false;
  let until = 0;
  const stillOn = (): boolean => {
    isOn &&= now() < until;
    return isOn;
  };
  return {
    get isOn() {
      return stillOn();
    },
    showFor: (milliseconds) => {
      until = now() + milliseconds;
      isOn = milliseconds > 0;
    },
    passed: (bind, direction, pdu) => {
      if (isOn && stillOn()) line({ provider, bind, direction, ...tracedPdu(pdu) });
    },
  };
};
