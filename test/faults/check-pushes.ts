import { openCommand } from '../../local/sim/card-packets.ts';
import { type DemoCard, demoCards } from '../../local/sim/demo-cards.ts';
import { checkTrace, type PushEvent } from './check-push-trace.ts';
import type { FaultWorld } from './fault-world.ts';
import { packetsAmong } from './packets-among.ts';

/** A push as it stands at the end of a run. */
export interface PushRow {
  readonly id: string;
  readonly iccid: string;
  readonly state: string;
  readonly failure: string | null;
  readonly counter: string;
  /** Whether its packet may have been lost on the way to the SMSC: it is not sent again. */
  readonly is_unsure: boolean;
}

/** In the order of their cards' lines. */
export const pushesOf = (world: FaultWorld, clientId: string): Promise<PushRow[]> =>
  world.box.query(
    `SELECT p.id, p.iccid, p.state, p.failure, p.counter::text,
       EXISTS (SELECT FROM message_parts m WHERE m.message_id = p.id AND m.unknown_times > 1) AS is_unsure
     FROM pushes p WHERE p.client_id = $1 ORDER BY p.iccid, p.position`,
    [clientId],
  );

/** What a process-push that died had in hand counts as spent, whatever was made of it: the HSM may have been asked. */
const eventsOf = (world: FaultWorld, clientId: string): Promise<PushEvent[]> =>
  world.box.query(
    `SELECT e.push_id, p.iccid, e.type, e.detail->>'counter' AS counter,
       e.detail->>'is_counter_used' = 'true' OR e.detail->>'reason' = 'process-push.lost' AS is_counter_used
     FROM push_events e JOIN pushes p ON p.id = e.push_id WHERE p.client_id = $1 ORDER BY e.number`,
    [clientId],
  );

/** Each higher than the one before: none twice, and none out of its turn. */
const checkRising = (what: string, counters: readonly bigint[]): string[] =>
  counters.flatMap((counter, at) => {
    const before = counters[at - 1];
    return before === undefined || counter > before ? [] : [`${what}: counter ${counter} came after ${before}`];
  });

const checkDistinct = (what: string, counters: readonly bigint[]): string[] =>
  counters.flatMap((counter, at) =>
    counters.indexOf(counter) === at ? [] : [`${what}: counter ${counter} came twice`],
  );

/** The counters of all packets that the SMSC took for a card, in the order in which it took them. */
const sentTo = ({ box }: FaultWorld, { msisdn, keyVersion, kic, kid }: DemoCard): bigint[] => {
  const taken = box.smsc
    .received()
    .filter(({ command_status, destination }) => command_status === 0 && destination.endsWith(msisdn));
  return packetsAmong(taken).map((packet) => {
    const opening = openCommand(packet, (version) => (version === keyVersion ? { kic, kid } : null));
    if (opening.outcome === 'opened') return opening.command.counter;
    throw new Error(`The SMSC took what is no packet for ${msisdn}: ${packet.toString('hex')}`);
  });
};

/**
 * What must hold of a card, over all runs in this world: a counter is one packet, built once, sent once and executed once.
 * What the HSM was asked for late may be built out of its turn: it is sent to nobody.
 */
const checkCounters = (world: FaultWorld, card: DemoCard, rows: readonly PushRow[]): string[] => {
  const { iccid } = card;
  const built = world.box.hsm.calls().filter((call) => call.kind === 'BuildPacket' && call.iccid === iccid);
  const inLine = rows.map(({ counter }) => BigInt(counter));
  return [
    ...checkDistinct(
      `the HSM, for card ${iccid}`,
      built.map(({ counter }) => BigInt(`0x${counter}`)),
    ),
    ...checkRising(`the SMSC, for card ${iccid}`, sentTo(world, card)),
    ...checkRising(`card ${iccid}`, world.box.sims[card.msisdn]?.executed() ?? []),
    ...checkRising(`the line of card ${iccid}`, inLine),
  ];
};

/** A push has succeeded when its card has done it, and only then; else nobody can know, and it says so. */
const checkEnd = ({ id, state, failure, counter, is_unsure }: PushRow, executed: ReadonlySet<bigint>): string[] => {
  const isExecuted = executed.has(BigInt(counter));
  if (isExecuted ? state === 'SUCCEEDED' : is_unsure && state === 'UNKNOWN' && failure !== null) return [];
  const done = isExecuted ? 'was executed by its card' : 'was not executed by its card';
  return [`push ${id} with counter ${counter} ${done}, and ended as ${state} (${failure ?? 'no failure'})`];
};

/** What must hold of pushes when all is over, by what the HSM, the SMSC and the cards saw, and by their own trace. */
export const checkPushes = async (
  world: FaultWorld,
  clientId: string,
  rows: readonly PushRow[],
): Promise<readonly string[]> => {
  const events = await eventsOf(world, clientId);
  return demoCards.flatMap((card) => {
    const own = rows.filter(({ iccid }) => iccid === card.iccid);
    const done = new Set(world.box.sims[card.msisdn]?.executed() ?? []);
    return [
      ...checkCounters(world, card, own),
      ...checkTrace(events.filter(({ iccid }) => iccid === card.iccid)),
      ...own.flatMap((row) => checkEnd(row, done)),
    ];
  });
};
