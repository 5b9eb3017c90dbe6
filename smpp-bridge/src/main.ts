import * as z from 'zod';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf, deliveryQueuesEnv, deliveryQueuesOf } from '#shared/adapters/environment.ts';
import { connectSecrets } from '#shared/adapters/secrets.ts';
import { readEnv } from '#shared/env.ts';
import { logger } from '#shared/telemetry.ts';
import { startBridge } from './bridge.ts';
import { startHealthServer } from './health-server.ts';
import { statusTable } from './pdu/command-status.ts';
import { type ProviderSecret, parseProviderSecret } from './provider-secret.ts';
import { ProviderStatuses } from './provider-statuses.ts';
import type { SessionSettings } from './session/session-types.ts';

const env = readEnv({
  ...databaseEnv,
  ...deliveryQueuesEnv,
  OUTCOMES_QUEUE_URL: z.url(),
  INBOUND_QUEUE_URL: z.url(),
  PROVIDER_NAME: z.string().min(1),
  PROVIDER_SECRET_ARN: z.string().min(1),
  PROVIDER_BINDS: z.coerce.number().int().min(1),
  PROVIDER_WINDOW: z.coerce.number().int().min(1),
  /** 0: not known, and found out. */
  PROVIDER_PARTS_PER_SECOND: z.coerce.number().min(0),
  PROVIDER_BURST: z.coerce.number().int().min(1),
  PROVIDER_STATUSES: ProviderStatuses,
  PROVIDER_PLAIN_RECEIPTS: z.enum(['refuse', 'accept']),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535),
});

/** What is in flight may wait so long for its responses: well below the task's stopTimeout of 120 s. */
const drainMs = 60_000;

const sessionSettings = (secret: ProviderSecret): SessionSettings => ({
  host: secret.host,
  port: secret.port,
  tls: secret.tls,
  systemId: secret.system_id,
  password: secret.password,
  systemType: '',
  bindType: 'transceiver',
  windowSize: env.PROVIDER_WINDOW,
  bindTimeoutMs: 10_000,
  enquireLinkIntervalMs: 30_000,
  enquireLinkTimeoutMs: 10_000,
  responseTimeoutMs: 30_000,
  readTimeoutMs: 30_000,
});

const providerSecret = async (): Promise<ProviderSecret> => {
  const parsed = parseProviderSecret(await connectSecrets()(env.PROVIDER_SECRET_ARN));
  if (parsed.outcome === 'usable') return parsed.secret;
  throw new Error(`The secret of provider ${env.PROVIDER_NAME} cannot be used: ${parsed.reason}`);
};

const run = async (): Promise<void> => {
  const bridge = await startBridge(
    {
      provider: env.PROVIDER_NAME,
      session: sessionSettings(await providerSecret()),
      binds: env.PROVIDER_BINDS,
      limits: {
        mostInFlight: env.PROVIDER_WINDOW,
        burst: env.PROVIDER_BURST,
        ...(env.PROVIDER_PARTS_PER_SECOND > 0 && { mostPerSecond: env.PROVIDER_PARTS_PER_SECOND }),
      },
      statusOf: statusTable(env.PROVIDER_STATUSES),
      plainReceipts: env.PROVIDER_PLAIN_RECEIPTS,
      sql: connectSql(databaseOf(env)),
      deliveryQueues: deliveryQueuesOf(env),
      outcomesQueueUrl: env.OUTCOMES_QUEUE_URL,
      inboundQueueUrl: env.INBOUND_QUEUE_URL,
    },
    (reason) => {
      logger.critical('The lease is lost: this task ends, and another takes its place', { reason });
      process.exit(70);
    },
  );
  const health = await startHealthServer(env.METRICS_PORT, bridge.isReady, bridge.metrics.registry);
  const publishing = setInterval(bridge.metrics.publish, 60_000);
  logger.info('The bridge runs', { provider: env.PROVIDER_NAME, metrics_port: health.port });

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
