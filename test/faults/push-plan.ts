import type { HsmFaultName } from '../../local/hsm/hsm-faults.ts';
import { createDice, type Dice } from './dice.ts';
import {
  type CallFault,
  calls,
  killing,
  type Make,
  type Plan,
  type PlannedFault,
  smsc,
  type WorldFault,
} from './plan.ts';

const maker = 'process-push';
const makersPoller = 'awslambda_signalbox-local-process-push';

/** Its steps, by what stands in the calls of which each is made. */
const taking = /SET state = 'BUILDING'/;
const storing = /'PACKET_BUILT'/;
const queueing = /signalbox-local-deliveries-/;
const readingAnswer = /FROM inbound_messages i/;
const storingAnswer = /'ANSWERED'/;

/** The HSM answers so the next two or three times. */
const hsm = (dice: Dice, ...names: readonly HsmFaultName[]): WorldFault => ({
  what: 'hsm',
  meets: Array.from({ length: dice.integer(2, 3) }, () => dice.pick(names)),
});

/** It dies at this very call: what is told of the call's body picks one step of a push out of its whole way. */
const dies = (
  service: 'rds-data' | 'sqs',
  body: RegExp,
  when: 'kill-before' | 'kill-after',
  dice: Dice,
): CallFault => ({
  what: 'calls',
  rule: { service, body, caller: maker, skip: dice.integer(0, 1), times: 1, action: { kind: when } },
});

/** Every kind of fault that a push can meet on its way to its card and back, and how one of it is made. */
export const pushKinds: Readonly<Record<string, Make>> = {
  'kill/process-push between statements': (dice) =>
    calls('rds-data', undefined, maker, [dice.integer(0, 6), 2], killing(dice)),
  'kill/process-push at the gate': (dice) =>
    calls('dynamodb', undefined, maker, [dice.integer(0, 3), 2], killing(dice)),
  'kill/process-push with a push in hand, before the gate': (dice) => dies('rds-data', taking, 'kill-after', dice),
  'kill/process-push when the HSM has built, before it is stored': (dice) =>
    dies('rds-data', storing, 'kill-before', dice),
  'kill/process-push when the packet is stored, before it is queued': (dice) =>
    dies('rds-data', storing, 'kill-after', dice),
  'kill/process-push when the packet is queued, before that is marked': (dice) =>
    dies('sqs', queueing, 'kill-after', dice),
  'kill/process-push before it opens an answer': (dice) => dies('rds-data', readingAnswer, 'kill-after', dice),
  'kill/process-push when an answer is open, before it is stored': (dice) =>
    dies('rds-data', storingAnswer, 'kill-before', dice),
  'kill/process-push when an answer is stored, before the next push': (dice) =>
    dies('rds-data', storingAnswer, 'kill-after', dice),
  'hsm/dies after it built': (dice) => hsm(dice, 'dead-after'),
  'hsm/dies before it built': (dice) => hsm(dice, 'dead-before'),
  'hsm/garbage': (dice) =>
    hsm(dice, 'garbage', 'empty', 'cut-off', 'wrong-tar', 'wrong-call', 'billion-laughs', 'ten-megabytes'),
  'hsm/silent': () => ({ what: 'hsm', meets: ['silent'] }),
  'hsm/busy or failing, until the circuit opens': (dice) => ({
    what: 'hsm',
    meets: Array.from({ length: 5 }, () => dice.pick(['busy', 'failing'] as const)),
  }),
  'hsm/slow': (dice) => ({ what: 'hsm-slow', delayMs: dice.integer(300, 1_500), forMs: 1_000 }),
  'kill/serve-api between statements': (dice) =>
    calls('rds-data', undefined, 'serve-api', [dice.integer(0, 4), 2], killing(dice)),
  'kill/settle-outcomes': (dice) =>
    calls('rds-data', undefined, 'settle-outcomes', [dice.integer(0, 6), 1], killing(dice)),
  'kill/handle-inbound': (dice) =>
    calls('rds-data', undefined, 'handle-inbound', [dice.integer(0, 2), 1], killing(dice)),
  'kill/bridge at a claim': (dice) =>
    calls('rds-data', /Execute/, 'smpp-bridge', [dice.integer(1, 5), 1], killing(dice)),
  'kill/bridge at a report': (dice) =>
    calls('sqs', /SendMessage/, 'smpp-bridge', [dice.integer(0, 4), 1], killing(dice)),
  'kill/bridge': () => ({ what: 'end-bridge', signal: 'SIGKILL' }),
  'smsc/loses responses': (dice) => smsc({ loseResponses: dice.integer(1, 2) }, 500, true),
  'data-api/answer lost after the commit': (dice) =>
    calls('rds-data', undefined, maker, [dice.integer(0, 4), dice.integer(2, 4)], {
      kind: dice.pick(['lose-answer', 'fail-after'] as const),
    }),
  'throttle/dynamodb': (dice) =>
    calls('dynamodb', undefined, maker, [dice.integer(0, 2), dice.integer(2, 6)], { kind: 'throttle' }),
  'throttle/kms': (dice) => ({
    ...calls('kms', undefined, maker, [0, dice.integer(1, 3)], { kind: 'throttle' }),
    cold: [maker],
  }),
  'sqs/duplicates': (dice) =>
    calls('sqs', /SendMessage/, dice.pick([maker, 'serve-api', 'smpp-bridge']), [0, dice.integer(3, 6)], {
      kind: 'twice',
    }),
  'sqs/gives a delivery twice': (dice) =>
    calls('sqs', /ReceiveMessage/, 'smpp-bridge', [0, dice.integer(5, 20)], { kind: 'show-again' }),
  'sqs/gives a card twice': (dice) =>
    calls('sqs', /ReceiveMessage/, makersPoller, [0, dice.integer(3, 8)], { kind: 'show-again' }),
  'sqs/a delete is forgotten': (dice) =>
    calls('sqs', /DeleteMessage/, makersPoller, [0, dice.integer(2, 4)], { kind: 'swallow' }),
  'sqs/outcomes again when all is over': (dice) => ({ what: 'outcomes-again', reports: dice.integer(2, 4) }),
};

/** So many seeds one after the other have every kind once; no two in which the HSM fails come in one seed. */
export const seedsForAllKinds = 6;
const spreadMs = 2_000;

/** The faults of a run with pushes: its share of all kinds, and beside them always a death of who makes the packets. */
export const createPushPlan = (seed: number): Plan => {
  const dice = createDice(seed);
  const names = Object.keys(pushKinds);
  const [always = ''] = names;
  const share = names.filter((name, at) => name === always || at % seedsForAllKinds === seed % seedsForAllKinds);
  const faults = share.flatMap((kind): PlannedFault[] => {
    const fault = pushKinds[kind]?.(dice);
    return fault ? [{ kind, atMs: dice.integer(200, spreadMs), ...fault }] : [];
  });
  return { seed, faults: faults.toSorted((a, b) => a.atMs - b.atMs) };
};
