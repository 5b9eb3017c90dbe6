import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** How often each caller made each call: `serve-api rds-data:Execute`. */
const Calls = z.record(z.string(), z.int().min(0));

const Phase = z.object({
  /** Messages a second; null: one after the other, the next when the last has been called back. */
  rate: z.number().nullable(),
  messages: z.int().min(1),
  seconds: z.number(),
  calls: Calls,
  /** What functions and tasks logged, without DEBUG. */
  log_bytes: z.int().min(0),
  /** By how much the database grew. */
  database_bytes: z.int().min(0),
});

/** What a run of the dev cloud counted: `npm run cost -- --measure` writes it. */
export const Measurement = z.object({
  measured_at: z.iso.date(),
  node: z.string(),
  /** Nothing sent: what the tasks ask for all the same. */
  idle: z.object({ seconds: z.number(), calls: Calls }),
  /** One run of each schedule, with nothing to do. */
  schedules: z.record(z.string(), Calls),
  /** Different metrics and dimensions that were written. */
  custom_metrics: z.int().min(0),
  phases: z.array(Phase).min(1),
});
export type Measurement = z.infer<typeof Measurement>;
export type Phase = Measurement['phases'][number];

export const measurementFile = new URL('measurement.json', import.meta.url);

/** The last measurement that was kept. @throws Error when there is none, or it is none. */
export const readMeasurement = (): Measurement => Measurement.parse(JSON.parse(readFileSync(measurementFile, 'utf8')));

export interface Call {
  readonly caller: string;
  readonly service: string;
  readonly operation: string;
}

export const parseCall = (key: string): Call => {
  const [, caller = '', service = '', operation = ''] = /^(\S+) ([^:]+):(.+)$/.exec(key) ?? [];
  return { caller, service, operation };
};
