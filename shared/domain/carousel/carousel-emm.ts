import type { EmmClass } from '../emm/section.ts';
import type { LaneName } from './class-shares.ts';

/** An EMM that is to be on air. Times are milliseconds since 1970. */
export interface CarouselEmm {
  readonly id: string;
  readonly class: EmmClass;
  readonly device: string;
  readonly kind: string;
  /** Of those of one class, device and kind the highest is on air and no other. */
  readonly revision: number;
  readonly section: Uint8Array;
  readonly starts_at: number;
  readonly expires_at: number;
  /** Whether it was never on air: then it goes first, and is repeated more often for a while. */
  readonly is_new: boolean;
}

export interface Emission {
  readonly emm: CarouselEmm;
  readonly lane: LaneName;
}

export interface LaneLoad {
  readonly emms: number;
  readonly octets: number;
}

/** What is on air now. */
export interface CarouselLoad {
  /** Of it, what was never sent and is waiting for its turn. */
  readonly waiting: LaneLoad;
  readonly classes: Readonly<Record<EmmClass, LaneLoad>>;
}
