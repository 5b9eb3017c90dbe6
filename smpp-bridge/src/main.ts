import * as z from 'zod';
import { connectBindSlots } from '#shared/adapters/bind-slots.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf, deliveryQueuesEnv, deliveryQueuesOf } from '#shared/adapters/environment.ts';
import { startHealthServer } from '#shared/adapters/health-server.ts';
import { connectProviderSecrets } from '#shared/adapters/provider-secrets.ts';
import { parseExemptHosts } from '#shared/domain/provider-host.ts';
import { readEnv } from '#shared/env.ts';
import { logger } from '#shared/telemetry.ts';
import { startBridge } from './bridge.ts';

const env = readEnv({
  ...databaseEnv,
  ...deliveryQueuesEnv,
  OUTCOMES_QUEUE_URL: z.url(),
  INBOUND_QUEUE_URL: z.url(),
  BIND_SLOTS_TABLE_NAME: z.string().min(1),
  PROVIDER_SECRETS_PREFIX: z.string().min(1),
  PROVIDER_EXEMPT_HOSTS: z.string().default(''),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535),
  /** How often the alarms' metrics are told; a minute is what CloudWatch keeps. */
  METRICS_SECONDS: z.coerce.number().int().min(1).max(60).default(60),
});

/** What is in flight may wait so long for its responses: well below the task's stopTimeout of 120 s. */
const drainMs = 60_000;

const run = async (): Promise<void> => {
  const bridge = await startBridge(
    {
      sql: connectSql(databaseOf(env)),
      slots: connectBindSlots(env.BIND_SLOTS_TABLE_NAME),
      secrets: connectProviderSecrets(env.PROVIDER_SECRETS_PREFIX),
      deliveryQueues: deliveryQueuesOf(env),
      outcomesQueueUrl: env.OUTCOMES_QUEUE_URL,
      inboundQueueUrl: env.INBOUND_QUEUE_URL,
      exemptHosts: parseExemptHosts(env.PROVIDER_EXEMPT_HOSTS),
    },
    (reason) => {
      logger.critical('The lease is lost: this task ends, and another takes its place', { reason });
      process.exit(70);
    },
  );
  const { registry } = bridge.metrics;
  const health = await startHealthServer(env.METRICS_PORT, {
    isReady: bridge.isReady,
    notReady: 'no session is bound',
    metrics: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  });
  const publishing = setInterval(bridge.metrics.publish, 1000 * env.METRICS_SECONDS);
  logger.info('The bridge runs', { metrics_port: health.port });

  const stop = async (signal: string): Promise<void> => {
    logger.info('Draining', { signal });
    clearInterval(publishing);
    await bridge.stop(drainMs);
    bridge.metrics.publish();
    await health.stop();
    logger.info('Drained');
  };
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error('The drain met a fault', { error: error as Error });
          process.exit(1);
        },
      );
    });
};

run().catch((error: unknown) => {
  logger.critical('The bridge could not start', { error: error as Error });
  process.exit(1);
});
