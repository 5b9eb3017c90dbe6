import { randomUUID } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { dueHours, markCdrHour, readCdrHour } from '#shared/adapters/cdr/cdr-exports.ts';
import { countCdrs, readCdrs } from '#shared/adapters/cdr/read-cdrs.ts';
import { connectSql } from '#shared/adapters/data-api.ts';
import { databaseEnv, databaseOf } from '#shared/adapters/environment.ts';
import { connectLeases } from '#shared/adapters/leases.ts';
import { connectObjects } from '#shared/adapters/objects.ts';
import { readEnv } from '#shared/env.ts';
import { logger, metrics, publishMetrics } from '#shared/telemetry.ts';
import { type Exported, exportCdrs, exportHour, type HourOutcome, type Office } from './export-cdrs.ts';

const env = readEnv({
  ...databaseEnv,
  CDR_BUCKET_NAME: z.string().min(1),
  /** When an hour is looked at, in hours since its end, ascending: `3,26,264,744`. */
  CDR_LOOK_HOURS: z
    .string()
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().min(0)).min(1)),
  LEASES_TABLE_NAME: z.string().min(1),
});
const sql = connectSql(databaseOf(env));
const leases = connectLeases(env.LEASES_TABLE_NAME);
const put = connectObjects(env.CDR_BUCKET_NAME);
const lookHours = env.CDR_LOOK_HOURS;
/** Some 3 MB each, compressed. */
const settings = { lookHours, linesPerObject: 50_000 };
/** One statement may take as long as the database lets it. */
const reserveMs = 60_000;
/** As long as the function may run. */
const leaseSeconds = 600;
const mostHours = 1_000;

/** The schedule says nothing; a person may name an hour that is to be written now, whatever its age. */
const Order = z.object({ hour: z.iso.datetime({ offset: true }).optional() });

const officeFor = (context: Context): Office => ({
  now: () => new Date(),
  take: (hour) => readCdrHour(sql, hour),
  count: (hour) => countCdrs(sql, hour),
  read: (hour, after) => readCdrs(sql, hour, after),
  put,
  mark: (mark) => markCdrHour(sql, mark),
  isLate: () => context.getRemainingTimeInMillis() < reserveMs,
});

const beginningOf = (moment: string): Date => {
  const hour = new Date(moment);
  hour.setUTCMinutes(0, 0, 0);
  if (hour > new Date()) throw new Error(`The hour ${hour.toISOString()} has not begun`);
  return hour;
};

const exportOne = (office: Office, moment: string): Promise<HourOutcome> =>
  exportHour(office, beginningOf(moment), settings, true);

const exportDue = async (office: Office): Promise<Exported> => {
  const [firstLookHours = 0, lastLookHours = firstLookHours] = [lookHours[0], lookHours.at(-1)];
  const due = await dueHours(sql, { now: office.now(), firstLookHours, backHours: lastLookHours, limit: mostHours });
  const done = await exportCdrs(office, due, settings);
  metrics.addMetric('CdrLines', MetricUnit.Count, done.lines);
  if (done.kept > 0) metrics.addMetric('CdrHoursKept', MetricUnit.Count, done.kept);
  return done;
};

export const handler = middy<unknown, object>()
  .after(publishMetrics)
  .handler(async (event, context) => {
    const { hour } = Order.parse(event ?? {});
    const office = officeFor(context);
    const done = await leases.withLease<object>('export-cdrs', randomUUID(), leaseSeconds, () =>
      hour === undefined ? exportDue(office) : exportOne(office, hour),
    );
    logger.info('Exported CDRs', { ...done });
    return done;
  });
