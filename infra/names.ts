import type { Stage } from './config.ts';

/** The three queues of deliveries, by priority; the bridge serves them in this order. */
export const deliveryQueues = ['deliveries-high', 'deliveries-normal', 'deliveries-bulk'] as const;

/** What everything made here is called; a name holds its stage, so that no log line or bill is mistaken for another's. */
export interface Names {
  /** `signalbox-<stage>-<thing>`: stacks, queues, functions, tables, topics, schedules, roles and clusters. */
  readonly of: (thing: string) => string;
  /** `signalbox-<stage>/<thing>/<State>`; the part after the stage is its heading in docs/runbook.md. */
  readonly alarm: (heading: AlarmHeading) => string;
  /** `/signalbox/<stage>/<thing>`. */
  readonly logGroup: (thing: string) => string;
  /** `alias/signalbox-<stage>-<purpose>`. */
  readonly keyAlias: (purpose: string) => string;
  /** `signalbox-<stage>/<thing>`, where the thing may hold a slash of its own. */
  readonly secret: (thing: string) => string;
}

export type AlarmHeading = `${string}/${string}`;

export const namesOf = (stage: Stage): Names => ({
  of: (thing) => `signalbox-${stage}-${thing}`,
  alarm: (heading) => `signalbox-${stage}/${heading}`,
  logGroup: (thing) => `/signalbox/${stage}/${thing}`,
  keyAlias: (purpose) => `alias/signalbox-${stage}-${purpose}`,
  secret: (thing) => `signalbox-${stage}/${thing}`,
});

/** `deliveries-high` as `DeliveriesHigh`: for logical ids. */
export const pascalCase = (kebab: string): string =>
  kebab.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());

/** `deliveries-high` as `DELIVERIES_HIGH_QUEUE_URL`: the environment variable by which a queue is known to a program. */
export const queueUrlVariable = (queue: string): string => `${queue.replaceAll('-', '_').toUpperCase()}_QUEUE_URL`;
