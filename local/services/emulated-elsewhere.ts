import type { Endpoint } from './aws-json-server.ts';

/** The services for which another emulator may stand in. */
export const replaceableServices = ['sqs', 'dynamodb', 'kms', 'secretsmanager'] as const;
export type ReplaceableService = (typeof replaceableServices)[number];

/**
 * Another's emulator where one is to answer instead of ours: `LOCALSTACK_URL`, for the services that
 * `LOCALSTACK_SERVICES` names (`sqs,kms`; all four without it). It asks for no permission, so calls of these services
 * are not judged, and what is in it is not ours to stop.
 */
export const emulatedElsewhere = (
  service: ReplaceableService,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Endpoint | undefined => {
  const { LOCALSTACK_URL: url, LOCALSTACK_SERVICES: only = replaceableServices.join() } = environment;
  if (!url || !only.split(',').includes(service)) return undefined;
  return { url: url.replace(/\/$/, ''), stop: async () => undefined };
};
