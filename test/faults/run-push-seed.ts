import { demoTar } from '../../local/sim/demo-cards.ts';
import { checkPushes, pushesOf } from './check-pushes.ts';
import type { FaultWorld } from './fault-world.ts';
import { makeClient } from './make-client.ts';
import { describePlan } from './plan.ts';
import { startPushLoad } from './push-load.ts';
import { createPushPlan } from './push-plan.ts';
import { recover } from './recover.ts';
import {
  brokenRules,
  checkAtRest,
  checkFaults,
  checkPosted,
  explain,
  meetFaults,
  recoverWithinMs,
  type SeedReport,
} from './run-seed.ts';

const makePushClient = async ({ box }: FaultWorld) => {
  const issued = await makeClient(box, { scopes: ['pushes:read', 'pushes:write'] });
  await box.query('INSERT INTO tar_allowances (client_id, tar) VALUES ($1, $2)', [issued.clientId, demoTar]);
  return issued;
};

/** One run with pushes: as `runSeed`, with the demo cards for recipients, and the HSM among what fails. */
export const runPushSeed = async (world: FaultWorld, seed: number): Promise<SeedReport> => {
  const { box } = world;
  const plan = createPushPlan(seed);
  const from = new Date(Date.now() - 1_000);
  const { clientId, apiKey } = await makePushClient(world);
  const load = startPushLoad(box, apiKey, seed);
  const faults = await meetFaults(world, plan, clientId);
  const posted = await load.stop();
  const recovery = await recover(world, clientId, recoverWithinMs);
  const rows = await pushesOf(world, clientId);
  const failures = [
    ...checkFaults(faults),
    ...checkPosted(posted, rows),
    ...checkAtRest(recovery),
    ...(await checkPushes(world, clientId, rows)),
    ...(await brokenRules(world, from)),
  ];
  const all = failures.length === 0 ? [] : [describePlan(plan), ...failures, ...(await explain(world, failures))];
  const states = Object.fromEntries(
    [...Map.groupBy(rows, ({ state }) => state)].map(([state, some]) => [state, some.length]),
  );
  const { tookMs: recoveryMs, redriven } = recovery;
  return { seed, faults, messages: rows.length, duplicates: 0, states, recoveryMs, redriven, failures: all };
};
