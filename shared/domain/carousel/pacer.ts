import type { DatagramMode } from '../simulcrypt/messages.ts';

/**
 * What a MUX makes of a packet: 188 octets, of which 4 are its header and 1 says where a section begins. Sections are
 * counted so, since the allocation is of packets.
 */
const packetOctets = 188;
const sectionOctetsOfPacket = 183;

/** How many octets of datagrams a second an allocation is, in kbit/s of packets. */
export const octetsPerSecond = (bandwidthKbitS: number, mode: DatagramMode): number =>
  (bandwidthKbitS * 1000) / 8 / (mode === 'packet' ? 1 : packetOctets / sectionOctetsOfPacket);

/** What is held back, so that the pacer's slack does not bring it over the allocation. */
const headroom = 0.99;
/** What may be made up for by a timer that comes late. */
const slackSeconds = 0.05;

export interface Pacer {
  /** Whether so many octets may go now. */
  allows(octets: number, now: number): boolean;
  sent(octets: number): void;
  /** From now on. What was saved up under another one counts no more than its slack does. */
  setRate(octetsPerSecond: number, now: number): void;
  /** Nothing is saved up any more: what could not be sent is not made up for. */
  empty(now: number): void;
}

/**
 * A token bucket that begins empty: within any time T there go at most 0.99 of the rate times T, and 50 ms of it and
 * one datagram more. So from 100 kbit/s on the rate itself is not exceeded in any ten seconds.
 *
 * @param largest octets that are ever asked for at once.
 * @param now in milliseconds, of a monotonic clock, here and everywhere.
 */
export const createPacer = (octetsASecond: number, largest: number, now: number): Pacer => {
  let rate = octetsASecond * headroom;
  let tokens = 0;
  let at = now;

  const most = (): number => largest + rate * slackSeconds;

  const fill = (time: number): void => {
    const elapsed = Math.max(0, time - at);
    at = Math.max(at, time);
    tokens = Math.min(most(), tokens + (elapsed / 1000) * rate);
  };

  return {
    allows: (octets, time) => {
      fill(time);
      return rate > 0 && tokens >= octets;
    },
    sent: (octets) => {
      tokens -= octets;
    },
    setRate: (next, time) => {
      fill(time);
      rate = next * headroom;
      tokens = Math.min(tokens, most());
    },
    empty: (time) => {
      at = Math.max(at, time);
      tokens = Math.min(tokens, 0);
    },
  };
};
