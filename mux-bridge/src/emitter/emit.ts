import type { Carousel } from '#shared/domain/carousel/carousel.ts';
import { createPacer, octetsPerSecond } from '#shared/domain/carousel/pacer.ts';
import { createPacketizer, packetOctets } from '#shared/domain/carousel/pack-datagrams.ts';
import { longestSection } from '#shared/domain/emm/section.ts';
import type { Output } from '../output/output.ts';

export interface EmitterWorld {
  /** Milliseconds since 1970: what EMMs begin and end by. */
  wallTime(): number;
  /** Monotonic milliseconds: what bandwidth is measured by. */
  now(): number;
  /** It was sent. */
  sent(emmId: string, at: number): void;
}

export interface Emitter {
  /** Sends what may go by now. To be called every ten milliseconds or so. */
  tick(): void;
  isPaused: boolean;
  /** Octets of datagrams that were sent. */
  readonly octets: number;
  readonly emissions: number;
}

/** The PID of packets before the MUX gives them its own. */
const unassignedPid = 0x1ffe;
/** What one message carries at most. */
const mostAtOnce = 8 * 1024;

/** Takes EMMs from the carousel at the rate that the output allows, and sends them as sections or as packets. */
export const createEmitter = (carousel: Carousel, output: Output, world: EmitterWorld): Emitter => {
  const largest = output.mode === 'packet' ? packetOctets : longestSection;
  const pacer = createPacer(0, largest, world.now());
  const packetizer = createPacketizer(unassignedPid, output.isPacked);
  const counts = { octets: 0, emissions: 0 };
  let allocation = 0;
  let isPaused = false;

  /** The section of the next EMM, which counts as sent. */
  const takeSection = (): Uint8Array | undefined => {
    const at = world.wallTime();
    const emission = isPaused ? undefined : carousel.next(at);
    if (!emission) return undefined;
    counts.emissions += 1;
    world.sent(emission.emm.id, at);
    return emission.emm.section;
  };

  const takeDatagram = (): Uint8Array | undefined =>
    output.mode === 'packet' ? packetizer.next(takeSection) : takeSection();

  const collect = (now: number): Uint8Array[] => {
    const datagrams: Uint8Array[] = [];
    for (let octets = 0; octets < mostAtOnce && pacer.allows(largest, now); ) {
      const datagram = takeDatagram();
      if (!datagram) break;
      datagrams.push(datagram);
      pacer.sent(datagram.length);
      octets += datagram.length;
    }
    return datagrams;
  };

  const tick = () => {
    const now = world.now();
    const { allocation: granted } = output;
    if (granted !== allocation) {
      if (allocation === 0) pacer.empty(now);
      pacer.setRate(octetsPerSecond(granted, output.mode), now);
      allocation = granted;
    }
    if (granted === 0) return pacer.empty(now);
    for (let datagrams = collect(now); datagrams.length > 0; datagrams = collect(now)) {
      output.send(datagrams);
      for (const { length } of datagrams) counts.octets += length;
    }
  };

  return {
    tick,
    get isPaused() {
      return isPaused;
    },
    set isPaused(paused) {
      isPaused = paused;
    },
    get octets() {
      return counts.octets;
    },
    get emissions() {
      return counts.emissions;
    },
  };
};
