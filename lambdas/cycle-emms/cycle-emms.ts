import type { CarouselPlan, ClassLoad, PlannedCarousel } from '#shared/adapters/carousel/plan-carousels.ts';
import { sharesOfClasses } from '#shared/contracts/carousels.ts';
import type { CarouselLoad, LaneLoad } from '#shared/domain/carousel/carousel-emm.ts';
import { cycleSeconds, onAirSeconds } from '#shared/domain/carousel/estimate.ts';
import type { EmmClass } from '#shared/domain/emm/section.ts';

export interface CyclerWorld {
  now(): Date;
  readCarousels(): Promise<readonly PlannedCarousel[]>;
  readLoads(): Promise<readonly ClassLoad[]>;
  store(plans: readonly CarouselPlan[]): Promise<void>;
}

export interface Cycled {
  readonly carousels: number;
  /** Of them, those which should be on air and have been silent for longer than anybody's failover takes. */
  readonly silent: number;
}

/** Until the emitter has heard of an EMM and its message has arrived. */
const waySeconds = 2;
const silentMs = 120_000;
const nothing: LaneLoad = { emms: 0, octets: 0 };

const loadOf = (carousel: PlannedCarousel, loads: readonly ClassLoad[]): CarouselLoad => {
  const of = (each: EmmClass): LaneLoad =>
    loads.find((load) => load.client_id === carousel.client_id && load.class === each) ?? nothing;
  return {
    waiting: { emms: carousel.waiting_emms, octets: carousel.waiting_octets },
    classes: { unique: of('unique'), shared: of('shared'), global: of('global') },
  };
};

const isSilent = ({ is_paused, last_sent_at }: PlannedCarousel, load: CarouselLoad, now: Date): boolean => {
  const emms = load.classes.unique.emms + load.classes.shared.emms + load.classes.global.emms;
  const lastSent = last_sent_at?.getTime() ?? 0;
  return !is_paused && emms > 0 && now.getTime() - lastSent > silentMs;
};

/** What is promised of a carousel. Where nothing goes out nothing is: an answer to a subscriber then gives no time. */
const planOf = (carousel: PlannedCarousel, load: CarouselLoad, isOnAir: boolean): CarouselPlan => {
  const { bandwidth_kbit_s, classes } = carousel;
  const capacity = { bandwidth_kbit_s, mode: 'section', shares: sharesOfClasses(classes) } as const;
  const { unique, shared, global } = load.classes;
  return {
    id: carousel.id,
    on_air_seconds: isOnAir ? onAirSeconds(load, capacity, waySeconds) : null,
    cycle_seconds: isOnAir ? cycleSeconds(load, capacity) : null,
    emms: { unique: unique.emms, shared: shared.emms, global: global.emms },
  };
};

/** Plans every carousel anew: how long its cycle is, how soon a new EMM is on air, and whether it is on air at all. */
export const cycleEmms = async (world: CyclerWorld): Promise<Cycled> => {
  const [carousels, loads] = await Promise.all([world.readCarousels(), world.readLoads()]);
  let silent = 0;
  const plans = carousels.map((carousel) => {
    const load = loadOf(carousel, loads);
    const isSilentNow = isSilent(carousel, load, world.now());
    if (isSilentNow) silent += 1;
    return planOf(carousel, load, !isSilentNow && !carousel.is_paused);
  });
  await world.store(plans);
  return { carousels: carousels.length, silent };
};
