import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultWorld, workQueues } from './fault-world.ts';
import { letPushTimePass } from './push-time.ts';

/** What is neither final nor at rest. */
export interface Unfinished {
  readonly id: string;
  readonly state: string;
}

/**
 * What a day of waiting would do, without the wait: leases of dead tasks pass (the youngest may be of the living one),
 * what is planned for later is due, and what was stranded has been so for the half minute that dispatch-due asks for.
 * A delivery that counts as queued, and is lost, is left to itself.
 */
const letTimePass = async ({ box }: FaultWorld, clientId: string): Promise<void> => {
  await box.query(`UPDATE bridge_leases SET expires_at = now() - interval '5 minutes'
    WHERE owner <> (SELECT owner FROM bridge_leases ORDER BY started_at DESC LIMIT 1)`);
  await box.query(
    `UPDATE messages SET next_attempt_at = now(), queued_at = NULL
     WHERE client_id = $1 AND state IN ('SCHEDULED', 'QUEUED', 'FAILED_TEMP', 'UNKNOWN') AND next_attempt_at > now()`,
    [clientId],
  );
  await box.query(
    `UPDATE messages SET created_at = created_at - interval '31 seconds'
     WHERE client_id = $1 AND state = 'QUEUED' AND queued_at IS NULL AND created_at > now() - interval '30 seconds'`,
    [clientId],
  );
  await box.query(
    `UPDATE callbacks SET next_attempt_at = now(), queued_at = NULL
     WHERE client_id = $1 AND state = 'PENDING' AND next_attempt_at > now()`,
    [clientId],
  );
  await box.query(
    `UPDATE callbacks SET created_at = created_at - interval '31 seconds'
     WHERE client_id = $1 AND state = 'PENDING' AND queued_at IS NULL AND created_at > now() - interval '30 seconds'`,
    [clientId],
  );
};

/**
 * Neither final nor at rest. At rest is what waits for a receipt that never comes to its destination, and what may not
 * be sent once more (docs/reliability.md); beside such a part all others are heard of, or kept back because of it.
 */
const unfinished = `
SELECT m.id, m.state FROM messages m,
LATERAL (SELECT count(*) FILTER (WHERE state IN ('PENDING', 'SENDING') OR state = 'RETRY' AND m.state <> 'SENT') AS to_go,
    count(*) FILTER (WHERE state = 'SENT') AS sent, count(*) FILTER (WHERE state = 'UNKNOWN') AS unknown
  FROM message_parts WHERE message_id = m.id) p
WHERE m.client_id = $1 AND m.state NOT IN ('DELIVERED', 'FAILED_PERM', 'CANCELLED', 'EXPIRED')
  AND NOT (m.state IN ('SENT', 'UNKNOWN') AND m.next_attempt_at IS NULL AND p.to_go = 0 AND p.sent + p.unknown > 0
    AND (p.sent = 0 OR m.recipient LIKE '%0005'))
UNION ALL
SELECT c.id, 'callback ' || c.state FROM callbacks c WHERE c.client_id = $1 AND c.state = 'PENDING'
UNION ALL
SELECT p.id, 'push ' || p.state FROM pushes p WHERE p.client_id = $1 AND p.final_at IS NULL`;

/** What an operator does with dead letters once their cause is gone: back to where they came from. */
const redrive = async ({ queues }: FaultWorld): Promise<number> => {
  let moved = 0;
  for (const name of workQueues) {
    const bodies = await queues.drain(`${name}-dlq`);
    for (let start = 0; start < bodies.length; start += 10) await queues.put(name, bodies.slice(start, start + 10));
    moved += bodies.length;
  }
  return moved;
};

const depths = ({ queues }: FaultWorld) =>
  Promise.all(workQueues.map(async (id) => ({ id, depth: await queues.depth(id) })));

const areEmpty = async (world: FaultWorld): Promise<boolean> => (await depths(world)).every(({ depth }) => depth === 0);

const undrained = async (world: FaultWorld): Promise<Unfinished[]> =>
  (await depths(world)).flatMap(({ id, depth }) => (depth > 0 ? [{ id, state: `${depth} messages on` }] : []));

export interface Recovery {
  /** Until nothing was under way any more, the last time. */
  readonly tookMs: number;
  readonly redriven: number;
  /** What is neither final nor at rest in spite of it all. */
  readonly left: readonly Unfinished[];
}

/** A minute without the wait; what dispatch-due makes of the faults it meets is its own affair. */
export const passMinute = async (world: FaultWorld, clientId: string): Promise<void> => {
  await letTimePass(world, clientId);
  await letPushTimePass(world, clientId);
  await world.endDispatchLease();
  await world.box.cloud.runSchedule('dispatch-due').catch(() => undefined);
};

/**
 * Runs what schedules run, and lets time pass, until nothing of the client is under way and every queue is empty, or the
 * time is over.
 */
export const recover = async (world: FaultWorld, clientId: string, withinMs: number): Promise<Recovery> => {
  const began = performance.now();
  let redriven = 0;
  let settledMs: number | undefined;
  for (let round = 1; ; round += 1) {
    await passMinute(world, clientId);
    if (round % 5 === 0) redriven += await redrive(world);
    const left = (await world.box.query(unfinished, [clientId])) as Unfinished[];
    const tookMs = performance.now() - began;
    if (left.length > 0 || world.box.smsc.waiting() > 0) settledMs = undefined;
    else settledMs ??= tookMs;
    // What was said once may be on its way once more: nothing is over before it has been heard.
    if (settledMs !== undefined && (await areEmpty(world))) return { tookMs: settledMs, redriven, left };
    if (tookMs > withinMs) return { tookMs, redriven, left: settledMs === undefined ? left : await undrained(world) };
    await sleep(400);
  }
};
