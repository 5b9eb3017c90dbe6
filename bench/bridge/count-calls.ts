import type { AwsCall, Faults } from '../../local/faults/faults.ts';

export interface CallCounter extends Faults {
  clear(): void;
  /** Calls of the bridge since the last `clear`, by service and operation, the most frequent first. */
  counts(): readonly (readonly [call: string, times: number])[];
}

/** The Data API's operations are paths: `/Execute`. */
const nameOf = ({ service, operation }: AwsCall): string => `${service} ${operation.replace(/^\//, '')}`;

/** Stands where faults are made, makes none, and counts what the tasks of the bridge ask of AWS. */
export const countBridgeCalls = (): CallCounter => {
  const calls = new Map<string, number>();
  return {
    decide: (call) => {
      if (call.caller.endsWith('smpp-bridge')) calls.set(nameOf(call), (calls.get(nameOf(call)) ?? 0) + 1);
      return undefined;
    },
    clear: () => calls.clear(),
    counts: () => [...calls].sort(([, left], [, right]) => right - left),
  };
};
