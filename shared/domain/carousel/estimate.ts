import { type EmmClass, emmClasses, longestSection } from '../emm/section.ts';
import type { DatagramMode } from '../simulcrypt/messages.ts';
import type { CarouselLoad } from './carousel-emm.ts';
import { type LaneName, type LaneShares, sharesOf } from './class-shares.ts';
import { octetsPerSecond } from './pacer.ts';

/** What a stream can carry. */
export interface StreamCapacity {
  readonly bandwidth_kbit_s: number;
  readonly mode: DatagramMode;
  readonly shares: LaneShares;
}

/** In packets of 188 octets, of which 183 are of sections; sections are packed one behind the other. */
const sectionOctetsPerSecond = ({ bandwidth_kbit_s }: Pick<StreamCapacity, 'bandwidth_kbit_s'>): number =>
  octetsPerSecond(bandwidth_kbit_s, 'section');

const busyClasses = (load: CarouselLoad): EmmClass[] => emmClasses.filter((each) => load.classes[each].emms > 0);

/** Seconds until a class has been on air once; null while it is empty. */
export const cycleSecondsOf = (emmClass: EmmClass, load: CarouselLoad, capacity: StreamCapacity): number | null => {
  const { octets, emms } = load.classes[emmClass];
  if (emms === 0) return null;
  const lanes: LaneName[] = load.waiting.emms > 0 ? ['new', ...busyClasses(load)] : busyClasses(load);
  return octets / (sectionOctetsPerSecond(capacity) * sharesOf(capacity.shares, lanes)[emmClass]);
};

/** Seconds until every EMM has been on air once: those of the slowest class; null while there is none. */
export const cycleSeconds = (load: CarouselLoad, capacity: StreamCapacity): number | null => {
  const cycles = busyClasses(load).map((each) => cycleSecondsOf(each, load, capacity) ?? 0);
  return cycles.length === 0 ? null : Math.max(...cycles);
};

/**
 * Seconds until an EMM that is put on air now has been sent, at most: it waits for those which are new already, for one
 * section of each class, and for the time that its way to the emitter takes.
 *
 * @param waySeconds how long the emitter takes to hear of it.
 */
export const onAirSeconds = (load: CarouselLoad, capacity: StreamCapacity, waySeconds: number): number => {
  const lanes: LaneName[] = ['new', ...busyClasses(load)];
  const rate = sectionOctetsPerSecond(capacity);
  const mine = (load.waiting.octets + 2 * longestSection) / (rate * sharesOf(capacity.shares, lanes).new);
  return waySeconds + mine + (lanes.length * longestSection) / rate;
};

export interface Audience {
  readonly subscribers: number;
  readonly emms_per_subscriber: number;
  readonly section_octets: number;
}

export interface Bandwidth {
  readonly emms: number;
  readonly emissions_per_second: number;
  readonly cycle_seconds: number;
}

/** How long a stream of this bandwidth takes to address everybody once. */
export const bandwidthOf = (
  { subscribers, emms_per_subscriber, section_octets }: Audience,
  bandwidth_kbit_s: number,
): Bandwidth => {
  const emissions_per_second = sectionOctetsPerSecond({ bandwidth_kbit_s }) / section_octets;
  const emms = Math.ceil(subscribers * emms_per_subscriber);
  return { emms, emissions_per_second, cycle_seconds: emms / emissions_per_second };
};

/** The whole kbit/s that are needed to address everybody within so many seconds. */
export const bandwidthNeeded = (audience: Audience, seconds: number): number =>
  Math.max(1, Math.ceil(bandwidthOf(audience, 1).cycle_seconds / seconds - 1e-9));
