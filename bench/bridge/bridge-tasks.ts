import type { DevCloud } from '../../local/cloud/dev-cloud.ts';
import type { FargateService, Task } from '../../local/cloud/fargate.ts';
import type { Smsc } from '../../local/smsc/start-smsc.ts';
import { until } from '../../test/support/until.ts';

/** The dev cloud's bridge, in as many tasks as are asked for. */
export interface BridgeTasks {
  /** Starts so many tasks after those before have stopped, and resolves when each of them has its share of the binds. */
  run(tasks: number, binds: number): Promise<FargateService>;
  stop(): Promise<void>;
}

const bridgeOf = (cloud: DevCloud): FargateService => {
  const found = Object.values(cloud.services).find(({ name }) => name.endsWith('smpp-bridge'));
  if (!found) throw new Error('The dev cloud has no service smpp-bridge');
  return found;
};

const boundOf = async ({ ports }: Task): Promise<number> => {
  const [port] = Object.values(ports);
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  return Number(/^signalbox_bound_sessions\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0);
};

export const createBridgeTasks = (cloud: DevCloud, smsc: Smsc): BridgeTasks => {
  const service = bridgeOf(cloud);
  const stop = async (): Promise<void> => {
    for (const { pid } of service.tasks()) process.kill(pid, 'SIGCONT');
    await service.scaleTo(0);
    await until('the sessions are closed', () => smsc.sessions().length === 0);
  };
  return {
    stop,
    run: async (tasks, binds) => {
      await stop();
      await service.scaleTo(tasks);
      await until('every task has its share of the binds', async () =>
        (await Promise.all(service.tasks().map(boundOf))).every((bound) => bound === binds / tasks),
      );
      return service;
    },
  };
};
