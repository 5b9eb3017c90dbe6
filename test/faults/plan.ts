import type { AnswerMode } from '../../local/callback-receiver/start-callback-receiver.ts';
import type { FaultAction, FaultRule } from '../../local/faults/faults.ts';
import type { HsmFaultName } from '../../local/hsm/hsm-faults.ts';
import type { BehaviourChange } from '../../local/smsc/behaviour.ts';
import { createDice, type Dice } from './dice.ts';

/** Something that is done to calls of AWS, from its moment on until it has met as many as it wants. */
export interface CallFault {
  readonly what: 'calls';
  readonly rule: Omit<FaultRule, 'name'>;
  /** Functions whose workers are ended first, so that they begin again, cold. */
  readonly cold?: readonly string[];
}

/** Something that is done to a process or a peer. */
export type WorldFault =
  | { readonly what: 'end-bridge'; readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly what: 'kill-postgres'; readonly downMs: number }
  | { readonly what: 'smsc'; readonly change: BehaviourChange; readonly forMs: number; readonly thenDrop: boolean }
  | { readonly what: 'callbacks'; readonly mode: Partial<AnswerMode>; readonly forMs: number }
  | { readonly what: 'outcomes-again'; readonly reports: number }
  | { readonly what: 'hsm'; readonly meets: readonly HsmFaultName[] }
  | { readonly what: 'hsm-slow'; readonly delayMs: number; readonly forMs: number };

export type PlannedFault = (CallFault | WorldFault) & {
  /** Its kind, by which it is counted: `kill/settle-outcomes`. */
  readonly kind: string;
  /** Milliseconds after the load began. */
  readonly atMs: number;
};

export interface Plan {
  readonly seed: number;
  readonly faults: readonly PlannedFault[];
}

export type Make = (dice: Dice) => CallFault | WorldFault;

export const killing = (dice: Dice): FaultAction => ({ kind: dice.pick(['kill-before', 'kill-after'] as const) });

export const calls = (
  service: string,
  operation: RegExp | undefined,
  caller: string | undefined,
  [skip, times]: readonly [number, number],
  action: FaultAction,
): CallFault => ({ what: 'calls', rule: { service, operation, caller, skip, times, action } });

const programs = ['serve-api', 'settle-outcomes', 'smpp-bridge', 'notify-client', 'dispatch-due'] as const;
const senders = ['serve-api', 'settle-outcomes', 'smpp-bridge'] as const;
const pollers = ['smpp-bridge', 'awslambda_signalbox-local-settle-outcomes', 'awslambda_signalbox-local-notify-client'];

/** A dropped connection ends the wait for answers that will never come, as the peer's restart would. */
export const smsc = (change: BehaviourChange, forMs: number, thenDrop = false): WorldFault => ({
  what: 'smsc',
  change,
  forMs,
  thenDrop,
});

/** Every kind of fault there is, and how one of it is made. */
export const kinds: Readonly<Record<string, Make>> = {
  'kill/settle-outcomes': (dice) =>
    calls('rds-data', undefined, 'settle-outcomes', [dice.integer(0, 8), 1], killing(dice)),
  'kill/notify-client': (dice) => calls('rds-data', undefined, 'notify-client', [dice.integer(0, 4), 1], killing(dice)),
  'kill/serve-api': (dice) =>
    dice.pick([
      calls('rds-data', undefined, 'serve-api', [dice.integer(0, 20), 2], killing(dice)),
      calls('sqs', /SendMessage/, 'serve-api', [dice.integer(0, 20), 2], killing(dice)),
    ]),
  'kill/serve-api between statements': (dice) =>
    calls('rds-data', undefined, 'serve-api', [dice.integer(0, 20), dice.integer(3, 5)], killing(dice)),
  'kill/dispatch-due': (dice) => calls('rds-data', undefined, 'dispatch-due', [dice.integer(0, 3), 1], killing(dice)),
  'kill/bridge at a claim': (dice) =>
    calls('rds-data', /Execute/, 'smpp-bridge', [dice.integer(1, 12), 1], killing(dice)),
  'kill/bridge at a report': (dice) =>
    calls('sqs', /SendMessage/, 'smpp-bridge', [dice.integer(0, 10), 1], killing(dice)),
  'kill/bridge at a delete': (dice) =>
    calls('sqs', /DeleteMessage/, 'smpp-bridge', [dice.integer(0, 8), 1], killing(dice)),
  'kill/bridge': () => ({ what: 'end-bridge', signal: 'SIGKILL' }),
  'stop/bridge': () => ({ what: 'end-bridge', signal: 'SIGTERM' }),
  'kill/postgres': (dice) => ({ what: 'kill-postgres', downMs: dice.integer(100, 1_200) }),
  'data-api/answer lost after the commit': (dice) =>
    calls('rds-data', undefined, dice.pick(programs), [dice.integer(0, 4), dice.integer(1, 5)], {
      kind: dice.pick(['lose-answer', 'fail-after'] as const),
    }),
  'data-api/fails before': (dice) =>
    calls('rds-data', undefined, dice.pick(programs), [dice.integer(0, 4), dice.integer(2, 6)], {
      kind: dice.pick(['fail', 'reset'] as const),
    }),
  'data-api/resuming': (dice) =>
    calls('rds-data', undefined, undefined, [dice.integer(0, 10), dice.integer(3, 12)], { kind: 'resuming' }),
  'throttle/data-api': (dice) =>
    calls('rds-data', undefined, dice.pick(programs), [dice.integer(0, 3), dice.integer(3, 8)], { kind: 'throttle' }),
  'throttle/sqs': (dice) =>
    calls(
      'sqs',
      undefined,
      dice.pick([...programs.slice(0, 3), ...pollers]),
      [dice.integer(0, 5), dice.integer(3, 8)],
      {
        kind: 'throttle',
      },
    ),
  'throttle/dynamodb': (dice) =>
    calls('dynamodb', undefined, undefined, [dice.integer(0, 1), dice.integer(1, 6)], { kind: 'throttle' }),
  'throttle/kms': (dice) => ({
    ...calls('kms', undefined, 'notify-client', [0, dice.integer(1, 6)], { kind: 'throttle' }),
    cold: ['notify-client'],
  }),
  'throttle/secrets': (dice) => ({
    ...calls('secretsmanager', undefined, undefined, [0, dice.integer(1, 6)], { kind: 'throttle' }),
    cold: ['authorize-request'],
  }),
  'sqs/fails': (dice) =>
    calls('sqs', undefined, dice.pick([...senders, ...pollers]), [dice.integer(0, 5), dice.integer(3, 8)], {
      kind: dice.pick(['fail', 'reset', 'fail-after'] as const),
    }),
  'sqs/duplicates': (dice) =>
    calls('sqs', /SendMessage/, dice.pick(senders), [dice.integer(0, 3), dice.integer(3, 12)], { kind: 'twice' }),
  'sqs/gives a message twice': (dice) =>
    calls('sqs', /ReceiveMessage/, 'smpp-bridge', [dice.integer(0, 5), dice.integer(5, 20)], { kind: 'show-again' }),
  'sqs/reorders': (dice) =>
    calls('sqs', /SendMessage/, dice.pick(senders), [dice.integer(0, 3), dice.integer(3, 10)], {
      kind: 'delay',
      milliseconds: dice.integer(200, 1_500),
    }),
  'sqs/a delete is forgotten': (dice) =>
    calls('sqs', /DeleteMessage/, dice.pick(pollers), [dice.integer(0, 3), dice.integer(2, 6)], { kind: 'swallow' }),
  'sqs/what was received is lost': (dice) =>
    calls('sqs', /ReceiveMessage/, dice.pick(pollers), [dice.integer(0, 5), dice.integer(1, 4)], {
      kind: 'lose-answer',
    }),
  'sqs/outcomes again when all is over': (dice) => ({ what: 'outcomes-again', reports: dice.integer(4, 10) }),
  'smsc/drops': () => smsc({ drop: true }, 0),
  'smsc/stops reading': (dice) => smsc({ stall: 'reading' }, dice.integer(300, 2_000), dice.pick([true, false])),
  'smsc/stops answering': (dice) => smsc({ stall: 'answering' }, dice.integer(300, 1_500), true),
  'smsc/slow': (dice) => smsc({ responseDelayMs: dice.integer(100, 500) }, dice.integer(1_000, 2_500)),
  'smsc/loses responses': (dice) => smsc({ loseResponses: dice.integer(1, 6) }, 500, true),
  'smsc/half-open': (dice) => smsc({ halfOpen: true }, dice.integer(500, 1_500), true),
  'smsc/half-open, found by the bridge': () => smsc({ halfOpen: true }, 0),
  'smsc/throttles': (dice) => smsc({ throttlePerSecond: dice.integer(2, 8) }, dice.integer(1_000, 2_000)),
  'smsc/refuses binds': (dice) => smsc({ bindStatus: 0x0d, drop: true }, dice.integer(500, 1_500)),
  'smsc/duplicates receipts': (dice) => smsc({ duplicateReceipts: dice.integer(5, 30) }, 1_000),
  'smsc/reorders receipts': (dice) => smsc({ reorderReceipts: dice.integer(5, 30) }, 1_000),
  'callbacks/fail': (dice) => ({ what: 'callbacks', mode: { status: 503 }, forMs: dice.integer(500, 1_500) }),
  'callbacks/slow': (dice) => ({ what: 'callbacks', mode: { delayMs: dice.integer(500, 2_000) }, forMs: 1_000 }),
  'callbacks/dead': (dice) => ({ what: 'callbacks', mode: { dead: true }, forMs: dice.integer(500, 1_500) }),
};

/** It takes the bridge's own timeouts to find out: so it comes in its own turn only. */
const slow = 'smsc/half-open, found by the bridge';

/**
 * What chance brings about too rarely to count on it, and so comes in every run. SQS may give any message again at any
 * time, and one that comes seconds later meets a message that has moved on: its next attempt is under way, or it is
 * final. And what two statements do must not be half done by a death: several die, since not each dies between two.
 */
const everyTime: readonly string[] = ['sqs/outcomes again when all is over', 'kill/serve-api between statements'];

/** Beside those that come every time. */
const faultsPerRun = 5;
/** They begin within so many milliseconds, so that some are under way together. */
const spreadMs = 2_500;

/** What belongs to one peer or program is done to it one at a time: its undoing would undo the other. */
const subjectOf = (kind: string): string => {
  if (kind.startsWith('smsc/') && !/receipts$/.test(kind)) return 'smsc';
  return kind.startsWith('callbacks/') ? 'callbacks' : kind;
};

/**
 * The faults of a run: all chance in it comes from the seed. Every kind that does not come each time comes first in one
 * seed of as many as there are.
 */
export const createPlan = (seed: number): Plan => {
  const dice = createDice(seed);
  const names = Object.keys(kinds).filter((name) => !everyTime.includes(name));
  const first = names[seed % names.length] ?? '';
  const subjects = new Set<string>();
  const chosen: string[] = [];
  for (const kind of [first, ...dice.shuffle(names.filter((name) => name !== slow))]) {
    if (chosen.length === faultsPerRun || subjects.has(subjectOf(kind))) continue;
    subjects.add(subjectOf(kind));
    chosen.push(kind);
  }
  const faults = [...chosen, ...everyTime].flatMap((kind): PlannedFault[] => {
    const fault = kinds[kind]?.(dice);
    return fault ? [{ kind, atMs: dice.integer(200, spreadMs), ...fault }] : [];
  });
  return { seed, faults: faults.toSorted((a, b) => a.atMs - b.atMs) };
};

const describeFault = ({ kind, atMs, what: _what, ...rest }: PlannedFault): string => {
  const detail = JSON.stringify(rest, (_key, value: unknown) => (value instanceof RegExp ? String(value) : value));
  return `${String(atMs).padStart(5)} ms  ${kind}${detail === '{}' ? '' : `  ${detail}`}`;
};

export const describePlan = ({ seed, faults }: Plan): string =>
  [`seed ${seed}`, ...faults.map((fault) => `  ${describeFault(fault)}`)].join('\n');
