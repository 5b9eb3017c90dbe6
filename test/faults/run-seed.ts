import { setTimeout as sleep } from 'node:timers/promises';
import { readTimelines } from '#shared/adapters/invariants/read-timelines.ts';
import { checkInvariants, isSound } from '../../local/invariants/check-invariants.ts';
import { renderReport } from '../../local/invariants/render-report.ts';
import { applyFaults, type DoneFault } from './apply-faults.ts';
import type { FaultWorld } from './fault-world.ts';
import { startLoad } from './load.ts';
import { makeClient } from './make-client.ts';
import { createPlan, describePlan, type Plan } from './plan.ts';
import type { Posted } from './post.ts';
import { passMinute, type Recovery, recover } from './recover.ts';

export interface SeedReport {
  readonly seed: number;
  readonly faults: readonly DoneFault[];
  readonly messages: number;
  /** Parts that the SMSC took more than once, every one of them after its fate had become unknown. */
  readonly duplicates: number;
  /** By state, at the end. */
  readonly states: Readonly<Record<string, number>>;
  readonly recoveryMs: number;
  readonly redriven: number;
  /** What is wrong, in words; empty when the run has passed. */
  readonly failures: readonly string[];
}

/** The load goes on until every fault has happened, and at least so long. */
const leastLoadMs = 3_000;
/** What stands for the minute between two runs of dispatch-due. */
const minuteMs = 1_500;
export const recoverWithinMs = 180_000;

interface Row {
  readonly id: string;
  readonly recipient: string;
  readonly state: string;
  readonly is_flagged: boolean;
}

const rowsOf = (world: FaultWorld, clientId: string): Promise<Row[]> =>
  world.box.query(
    `SELECT id, recipient, state, EXISTS (SELECT FROM message_parts p WHERE p.message_id = m.id AND p.unknown_times > 0)
       AS is_flagged FROM messages m WHERE client_id = $1`,
    [clientId],
  );

/** What must hold of what was posted, in the sender's own terms. */
export const checkPosted = (posted: readonly Posted[], rows: readonly Pick<Row, 'id'>[]): string[] => {
  const known = new Set(rows.map(({ id }) => id));
  const own = new Set(posted.flatMap(({ ids }) => [...ids]));
  return [
    ...posted.filter(({ refusal }) => refusal).map(({ key, refusal }) => `${key} was refused: ${refusal}`),
    ...posted
      .filter(({ ids }) => ids.size > 1)
      .map(({ key, ids }) => `${key} is ${ids.size} messages: ${[...ids].join()}`),
    ...[...own].filter((id) => !known.has(id)).map((id) => `message ${id} was accepted, and is not there`),
    ...rows.filter(({ id }) => !own.has(id)).map(({ id }) => `message ${id} is there, and nobody was told so`),
  ];
};

/** Each kind of destination ends in one way, whatever happened on the way; or nobody can know. */
const expectedOf = (recipient: string): readonly string[] => {
  if (/000[12]$/.test(recipient)) return ['FAILED_PERM', 'UNKNOWN', 'SENT'];
  return recipient.endsWith('0005') ? ['SENT', 'UNKNOWN'] : ['DELIVERED', 'UNKNOWN'];
};

const checkEnds = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ id, recipient, state, is_flagged }) => {
    const [usual = '', ...unsure] = expectedOf(recipient);
    if (state === usual || (is_flagged && unsure.includes(state))) return [];
    return [`message ${id} to …${recipient.slice(-4)} ended as ${state}`];
  });

const checkDuplicates = ({ box }: FaultWorld, rows: readonly Row[]) => {
  const byRecipient = new Map(rows.map((row) => [row.recipient, row]));
  const doubled = box.smsc.duplicates().flatMap((each) => {
    const row = byRecipient.get(each.destination);
    return row ? [{ ...each, row }] : [];
  });
  const unexplained = doubled.filter(({ row, times }) => !row.is_flagged || times > 2);
  return {
    duplicates: doubled.length,
    failures: unexplained.map(({ row, part, times }) => `message ${row.id}: the SMSC took part ${part} ${times} times`),
  };
};

export const checkFaults = (faults: readonly DoneFault[]): string[] =>
  faults.flatMap(({ fault, times }) => (times > 0 ? [] : [`${fault.kind} was planned and did not happen`]));

export const checkAtRest = ({ left }: Recovery): string[] =>
  left.map(({ id, state }) => `${state} ${id} has no end, and no step to one was taken in time`);

const idsIn = (failures: readonly string[]): string[] =>
  failures.flatMap((failure) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(failure)?.[0] ?? []);

export const explain = async (world: FaultWorld, failures: readonly string[]): Promise<string[]> => {
  const timelines = await readTimelines(world.sql, idsIn(failures).slice(0, 5));
  return [...timelines].map(([id, lines]) => [`message ${id}`, ...lines.map((line) => `  ${line}`)].join('\n'));
};

/** Every rule that `npm run invariants` knows, over what has happened since. */
export const brokenRules = async ({ box, sql, startedAt }: FaultWorld, from: Date): Promise<string[]> => {
  const report = await checkInvariants({
    sql,
    smscControlUrl: box.smsc.controlUrl,
    callbacksUrl: box.callbacks.url,
    peersSince: startedAt,
    scope: { from, graceSeconds: 0 },
  });
  return isSound(report) ? [] : [renderReport(report)];
};

/** Time goes by fast while the faults happen: what is to be tried again is tried under them. */
const startTime = (world: FaultWorld, clientId: string): (() => Promise<void>) => {
  const stopping = new AbortController();
  const going = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(minuteMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      // The database may be away just now.
      await passMinute(world, clientId).catch(() => undefined);
    }
  };
  const gone = going();
  return async () => {
    stopping.abort();
    await gone;
  };
};

export const meetFaults = async (world: FaultWorld, plan: Plan, clientId: string): Promise<readonly DoneFault[]> => {
  const stopTime = startTime(world, clientId);
  try {
    const [faults] = await Promise.all([applyFaults(world, plan), sleep(leastLoadMs)]);
    return faults;
  } finally {
    await stopTime();
  }
};

/** One run: a steady load, the seed's faults, the recovery from them, and every rule that must hold after it. */
export const runSeed = async (world: FaultWorld, seed: number): Promise<SeedReport> => {
  const { box } = world;
  const plan = createPlan(seed);
  const from = new Date(Date.now() - 1_000);
  const { clientId, apiKey } = await makeClient(box);
  const load = startLoad(box, apiKey, seed);
  const faults = await meetFaults(world, plan, clientId);
  const posted = await load.stop();
  const recovery = await recover(world, clientId, recoverWithinMs);
  const rows = await rowsOf(world, clientId);
  const { duplicates, failures: doubled } = checkDuplicates(world, rows);
  const failures = [
    ...checkFaults(faults),
    ...checkPosted(posted, rows),
    ...checkAtRest(recovery),
    ...checkEnds(rows),
    ...doubled,
    ...(await brokenRules(world, from)),
  ];
  const all = failures.length === 0 ? [] : [describePlan(plan), ...failures, ...(await explain(world, failures))];
  const states = Object.fromEntries(
    [...Map.groupBy(rows, ({ state }) => state)].map(([state, some]) => [state, some.length]),
  );
  const { tookMs: recoveryMs, redriven } = recovery;
  return { seed, faults, messages: rows.length, duplicates, states, recoveryMs, redriven, failures: all };
};
