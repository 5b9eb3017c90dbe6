import { Duration } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, CpuArchitecture, type HealthCheck, OperatingSystemFamily } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { bundleProgram } from '../program-bundle.ts';

/** Where a bridge answers /healthz, /readyz and /metrics, and the simulator its health check. */
export const metricsPort = 9464;

/** What the image runs, and what `npm start` runs of the same directory. */
export const taskCommand = ['node', 'main.mjs'];

const probe = `fetch('http://127.0.0.1:${metricsPort}/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/**
 * Node alone, without npm and what else its image has, and the bundle, which holds every package it needs. Nothing is
 * run while it is built, so that it is built for another architecture without an emulator. The user has a number only,
 * and writes nothing: the root is read-only. Node is the first process and takes SIGTERM itself.
 */
export const dockerfile = `FROM node:24-trixie-slim AS node
FROM debian:trixie-slim
COPY --from=node /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production
WORKDIR /app
COPY main.mjs ./
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --retries=3 --start-period=30s CMD ["node", "-e", ${JSON.stringify(probe)}]
CMD ${JSON.stringify(taskCommand)}
`;

/** The same for ECS, which does not look at the one in the image. */
export const taskHealthCheck: HealthCheck = {
  command: ['CMD', 'node', '-e', probe],
  interval: Duration.seconds(15),
  timeout: Duration.seconds(5),
  retries: 3,
  startPeriod: Duration.seconds(30),
};

export type Architecture = 'arm64' | 'amd64';

/** The programs that tasks run, each in an image of its own, and where each begins. */
const entries = {
  'smpp-bridge': 'smpp-bridge/src/main.ts',
  'mux-bridge': 'mux-bridge/src/main.ts',
  'smsc-simulator': 'local/smsc/task.ts',
} as const;
export type TaskProgram = keyof typeof entries;
export const taskPrograms = Object.keys(entries) as readonly TaskProgram[];

/** The directory that a task's image is built from: the Dockerfile and the bundle. */
export const bundleTask = (scope: Construct, name: TaskProgram): string =>
  bundleProgram(scope, name, {
    entry: entries[name],
    outfile: 'main.mjs',
    beside: new Map([['Dockerfile', dockerfile]]),
  });

/** The image of a task, built for the architecture that it runs on. */
export const taskImage = (scope: Construct, name: TaskProgram, architecture: Architecture): ContainerImage => {
  const platform = architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64;
  return ContainerImage.fromAsset(bundleTask(scope, name), { platform });
};

export const runtimePlatformOf = (architecture: Architecture) => ({
  cpuArchitecture: architecture === 'arm64' ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
  operatingSystemFamily: OperatingSystemFamily.LINUX,
});
