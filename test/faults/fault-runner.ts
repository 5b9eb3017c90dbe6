import { type FaultWorld, startFaultWorld } from './fault-world.ts';
import { runSeed as runMessages, type SeedReport } from './run-seed.ts';

export interface FaultRunner {
  run(seed: number): Promise<SeedReport>;
  stop(): Promise<void>;
}

/** A Signalbox takes some seconds to start, and what it has to compare grows: so many runs share one. */
const seedsPerWorld = 10;

/** Runs seeds one after the other, in a new Signalbox when one was broken or has been used enough. */
export const createFaultRunner = (runSeed: typeof runMessages = runMessages): FaultRunner => {
  let world: FaultWorld | undefined;
  let runs = 0;
  const stop = async (): Promise<void> => {
    await world?.stop();
    world = undefined;
    runs = 0;
  };
  return {
    stop,
    run: async (seed) => {
      world ??= await startFaultWorld();
      runs += 1;
      const report = await runSeed(world, seed).catch(async (error: unknown) => {
        await stop();
        throw error;
      });
      if (report.failures.length > 0 || runs >= seedsPerWorld) await stop();
      return report;
    },
  };
};
