import type { AwsCall, Faults } from '../faults/faults.ts';

/** How often each call was made: `serve-api rds-data:Execute`. */
export type Counts = Record<string, number>;

export interface CallCounter extends Faults {
  /** What was counted since the last time it was asked. */
  take(): Counts;
}

/** As the templates call it, without what every name of the dev cloud begins with. */
const nameOf = (caller: string): string => caller.replace('signalbox-local-', '');

/** Counts the calls that programs make of AWS, and does nothing to them. */
export const createCallCounter = (): CallCounter => {
  let counts: Counts = {};
  const count = ({ caller, service, operation }: Pick<AwsCall, 'caller' | 'service' | 'operation'>) => {
    const key = `${nameOf(caller)} ${service}:${operation.replace('/', '')}`;
    counts[key] = (counts[key] ?? 0) + 1;
  };
  return {
    decide: (call) => {
      count(call);
      // A send with a group costs something in addition.
      if (call.service === 'sqs' && call.body.includes('"MessageGroupId"')) count({ ...call, operation: 'grouped' });
      return undefined;
    },
    take: () => {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
};
