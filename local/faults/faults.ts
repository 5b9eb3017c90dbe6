/** One call of an AWS service by a program of the cloud. */
export interface AwsCall {
  /** As in a SigV4 scope: `sqs`, `dynamodb`, `kms`, `secretsmanager`, `rds-data`. */
  readonly service: string;
  /** `SendMessageBatch`; where the protocol is REST, the path: `/Execute`. */
  readonly operation: string;
  /** Who calls: a function's name, a task's family, or `awslambda_<function>` for the pollers that feed one. */
  readonly caller: string;
  /** The request's body as it came. */
  readonly body: string;
}

/**
 * What becomes of a call instead of an answer:
 * - `throttle`, `fail`, `resuming`: an error in the service's own shape; nothing was done.
 * - `reset`: the connection breaks before anything was done.
 * - `lose-answer`: it is done, and the connection breaks; `fail-after`: it is done, and answered 500.
 * - `delay`: it is done that much later. `twice`: it is done two times, and answered once.
 * - `show-again`: what a receive gave is at once to be received once more, as SQS may.
 * - `swallow`: it is answered as done, and was not.
 * - `kill-before`, `kill-after`: who calls dies at this very moment, as with `kill -9`.
 * - `copy`: it is done and answered as ever, and kept, to be done again by whoever asks for the copies. It takes no call
 *   from another rule.
 */
export type FaultAction =
  | {
      readonly kind:
        | 'throttle'
        | 'fail'
        | 'resuming'
        | 'reset'
        | 'lose-answer'
        | 'fail-after'
        | 'twice'
        | 'show-again'
        | 'swallow'
        | 'kill-before'
        | 'kill-after'
        | 'copy';
    }
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** Decides on each call; undefined lets it pass. */
export interface Faults {
  decide(call: AwsCall): FaultAction | undefined;
}

/** A fault for some calls among those that it fits. */
export interface FaultRule {
  readonly name: string;
  readonly service: string;
  readonly operation?: RegExp | undefined;
  /** What stands in the request's body. */
  readonly body?: RegExp | undefined;
  /** The end of the caller's name: `settle-outcomes`. Without it, whoever calls. */
  readonly caller?: string | undefined;
  /** So many calls that fit pass first. */
  readonly skip: number;
  /** So many are met after them. */
  readonly times: number;
  readonly action: FaultAction;
}

export interface FaultRules extends Faults {
  /** Adds rules to those that are armed. */
  arm(rules: readonly FaultRule[]): void;
  /** Disarms every rule. */
  lift(): void;
  /** How many calls each rule has met since it was armed, by its name. */
  met(): ReadonlyMap<string, number>;
  /** The calls that a rule of that name has copied since it was armed, in their order. */
  copies(name: string): readonly AwsCall[];
}

interface Armed {
  readonly rule: FaultRule;
  fitting: number;
  met: number;
}

const fits = ({ service, operation, body, caller }: FaultRule, call: AwsCall): boolean =>
  service === call.service &&
  (operation === undefined || operation.test(call.operation)) &&
  (body === undefined || body.test(call.body)) &&
  (caller === undefined ||
    (call.caller.endsWith(caller) && !call.caller.startsWith('awslambda_')) ||
    call.caller === caller);

const isCopying = ({ rule }: Armed): boolean => rule.action.kind === 'copy';

/** Rules that count the calls they fit; the first that is due decides, and one that copies only where no other does. */
export const createFaultRules = (): FaultRules => {
  let armed: readonly Armed[] = [];
  const met = new Map<string, number>();
  const copies = new Map<string, AwsCall[]>();
  return {
    arm: (rules) => {
      for (const { name } of rules) {
        met.set(name, 0);
        copies.set(name, []);
      }
      const all = [...armed, ...rules.map((rule) => ({ rule, fitting: 0, met: 0 }))];
      armed = [...all.filter((each) => !isCopying(each)), ...all.filter(isCopying)];
    },
    lift: () => {
      armed = [];
    },
    met: () => new Map(met),
    copies: (name) => [...(copies.get(name) ?? [])],
    decide: (call) => {
      for (const each of armed) {
        if (!fits(each.rule, call)) continue;
        each.fitting += 1;
        if (each.fitting <= each.rule.skip || each.met >= each.rule.times) continue;
        each.met += 1;
        met.set(each.rule.name, (met.get(each.rule.name) ?? 0) + 1);
        if (isCopying(each)) copies.get(each.rule.name)?.push(call);
        return each.rule.action;
      }
      return undefined;
    },
  };
};
