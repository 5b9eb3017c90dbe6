import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import * as z from 'zod';
import { readCarousels } from '#shared/adapters/carousel/read-carousels.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { startHealthServer } from '#shared/adapters/health-server.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { metricsText } from './metrics-text.ts';
import { type MuxBridge, startMuxBridge } from './mux-bridge.ts';
import { startStream } from './stream.ts';

const env = readEnv({
  ...databaseEnv,
  LEASES_TABLE_NAME: z.string().min(1),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535),
});

/** Counted since the last time; a stream that began anew begins at 0. */
const createReport = (bridge: MuxBridge) => {
  const before = new Map<string, number>();
  return (): void => {
    let emitted = 0;
    for (const { id, emissions } of bridge.streams) {
      const known = before.get(id) ?? 0;
      emitted += emissions >= known ? emissions - known : emissions;
      before.set(id, emissions);
    }
    metrics.addMetric('EmmsEmitted', MetricUnit.Count, emitted);
    const active = bridge.streams.filter(({ isActive }) => isActive);
    metrics.addMetric('CarouselsEmitted', MetricUnit.Count, active.length);
    metrics.addMetric(
      'CarouselsWithoutBandwidth',
      MetricUnit.Count,
      active.filter(({ allocation }) => allocation === 0).length,
    );
    publishMetrics();
  };
};

const run = async (): Promise<void> => {
  const sql = connectSql(databaseOf(env));
  const needs = { sql, leases: connectLeases(env.LEASES_TABLE_NAME), holder: randomUUID() };
  const bridge = startMuxBridge({
    readCarousels: () => readCarousels(sql),
    startStream: (row) => startStream(row, needs),
  });
  const health = await startHealthServer(env.METRICS_PORT, {
    isReady: () => bridge.isReady,
    notReady: 'no carousel was read yet',
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: metricsText(bridge.streams) }),
  });
  const publishing = setInterval(createReport(bridge), 60_000);
  logger.info('The bridge runs', { metrics_port: health.port });

  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    logger.info('Closing the streams', { signal });
    clearInterval(publishing);
    await bridge.stop();
    publishMetrics();
    await health.stop();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error('The streams could not be closed', { error: error as Error });
          process.exit(1);
        },
      );
    });
};

run().catch((error: unknown) => {
  logger.critical('The bridge could not start', { error: error as Error });
  process.exit(1);
});
