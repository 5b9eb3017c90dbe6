import type { CdrHour, CdrMark } from '#shared/adapters/cdr/cdr-exports.ts';
import type { CdrPage, CdrPosition } from '#shared/adapters/cdr/read-cdrs.ts';
import type { PutObject } from '#shared/adapters/objects.ts';
import { type CdrManifest, type CdrObject, manifestKey, manifestOf } from '#shared/domain/cdr/cdr-manifest.ts';
import { nextLookAt } from './next-look.ts';
import { createHourWriter, type WrittenObject } from './write-hour.ts';

export interface Office {
  now(): Date;
  /** What was written of an hour. */
  take(hour: Date): Promise<CdrHour>;
  /** How many lines an hour has, by provider. */
  count(hour: Date): Promise<ReadonlyMap<string, number>>;
  read(hour: Date, after: CdrPosition | null): Promise<CdrPage>;
  put: PutObject;
  mark(mark: CdrMark): Promise<void>;
  /** True when there is no time left for another page. */
  isLate(): boolean;
}

export interface ExportSettings {
  /** When an hour is looked at, in hours since its end, ascending. */
  readonly lookHours: readonly number[];
  readonly linesPerObject: number;
}

export type HourOutcome =
  /** Its objects and its manifest are new. */
  | { readonly outcome: 'written'; readonly manifest: CdrManifest }
  /** Nothing has changed since the last look. */
  | { readonly outcome: 'unchanged' }
  /** The database has lost lines that were exported: what is in the bucket stays. */
  | { readonly outcome: 'kept'; readonly provider: string }
  | { readonly outcome: 'out-of-time' };

const compressed = 'application/gzip';
const json = 'application/json';

const linesOf = (objects: readonly CdrObject[], provider: string): number =>
  objects.reduce((lines, object) => lines + (object.provider === provider ? object.lines : 0), 0);

/** A provider of which fewer lines are there than were exported: only a database that was set back has such. */
const providerWithLoss = async (office: Office, { hour, last }: CdrHour): Promise<string | undefined> => {
  if (!last || last.objects.length === 0) return undefined;
  const counted = await office.count(hour);
  return last.objects.find(({ provider }) => (counted.get(provider) ?? 0) < linesOf(last.objects, provider))?.provider;
};

const byKey = (a: CdrObject, b: CdrObject): number => (a.key < b.key ? -1 : 1);

/** Puts every object that is not there yet as it is, page by page. @returns undefined when there was no time for all. */
const putObjects = async (
  office: Office,
  { hour, last }: CdrHour,
  { linesPerObject, again }: ExportSettings & { readonly again: boolean },
): Promise<readonly CdrObject[] | undefined> => {
  const there = new Map(last?.objects.map(({ key, sha256 }) => [key, sha256]));
  const writer = createHourWriter(hour, linesPerObject);
  const objects: CdrObject[] = [];
  const keep = async (some: readonly WrittenObject[]): Promise<void> => {
    for (const { object, body } of some) {
      if (again || there.get(object.key) !== object.sha256) await office.put(object.key, body, compressed);
      objects.push(object);
    }
  };
  for (let after: CdrPosition | null = null; ; ) {
    if (office.isLate()) return undefined;
    const page: CdrPage = await office.read(hour, after);
    await keep(await writer.add(page.lines));
    after = page.next;
    if (!after) break;
  }
  await keep(await writer.end());
  return objects.sort(byKey);
};

const isSame = (objects: readonly CdrObject[], last: CdrHour['last']): boolean =>
  last?.objects.length === objects.length &&
  objects.every(({ key, sha256 }, i) => last.objects[i]?.key === key && last.objects[i]?.sha256 === sha256);

/**
 * Writes one hour as it is known now: objects first, then the manifest that names them, then the mark in the database.
 * It may die between any two of these and be done again: the same lines make the same octets under the same keys.
 *
 * @param again whether all is put, also what has not changed since the last time.
 */
export const exportHour = async (
  office: Office,
  hour: Date,
  settings: ExportSettings,
  again = false,
): Promise<HourOutcome> => {
  const taken = await office.take(hour);
  const { last } = taken;
  const lookedAt = office.now();
  const done = { lookedAt, nextLookAt: nextLookAt(hour, lookedAt, settings.lookHours), seen: last?.nextLookAt ?? null };
  const loser = await providerWithLoss(office, taken);
  if (last && loser !== undefined) {
    await office.mark({ ...done, manifest: manifestOf(hour, last.edition, last.objects) });
    return { outcome: 'kept', provider: loser };
  }
  const objects = await putObjects(office, taken, { ...settings, again });
  if (!objects) return { outcome: 'out-of-time' };
  const unchanged = isSame(objects, last);
  const manifest = manifestOf(hour, (last?.edition ?? 0) + (unchanged ? 0 : 1), objects);
  if (again || !unchanged) await office.put(manifestKey(hour), Buffer.from(`${JSON.stringify(manifest)}\n`), json);
  await office.mark({ ...done, manifest });
  return again || !unchanged ? { outcome: 'written', manifest } : { outcome: 'unchanged' };
};

export interface Exported {
  readonly written: number;
  readonly unchanged: number;
  readonly kept: number;
  readonly lines: number;
  /** Whether hours that were due are left to the next run. */
  readonly isCutShort: boolean;
}

/**
 * Writes the hours that are due, one after the other. What there is no time for is the next run's.
 *
 * @throws Error when not even the first of them fits into a run: no later one would get any further.
 */
export const exportCdrs = async (office: Office, due: readonly Date[], settings: ExportSettings): Promise<Exported> => {
  const counts = { written: 0, unchanged: 0, kept: 0 };
  let lines = 0;
  for (const [i, hour] of due.entries()) {
    const result = await exportHour(office, hour, settings);
    if (result.outcome === 'out-of-time') {
      if (i === 0) throw new Error(`The CDRs of ${hour.toISOString()} do not fit into one run`);
      return { ...counts, lines, isCutShort: true };
    }
    counts[result.outcome] += 1;
    if (result.outcome === 'written') lines += result.manifest.lines;
  }
  return { ...counts, lines, isCutShort: false };
};
