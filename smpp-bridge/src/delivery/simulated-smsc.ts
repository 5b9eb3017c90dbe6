import { nextPartAt, type PaceLimits, paceAfter, partsAllowed, startPace } from './pace.ts';
import { startWindow, windowAfter } from './window-size.ts';

/** Says at a moment whether an SMSC takes one more part; moments only rise. */
export type Admission = (now: number) => boolean;

/** The ways in which SMSCs count, each of so many parts a second. */
export const admissions = {
  /** A token bucket of a tenth of a second. */
  bucket: (perSecond: number): Admission => {
    let tokens = Math.max(1, perSecond / 10);
    let last = 0;
    return (now) => {
      tokens = Math.min(Math.max(1, perSecond / 10), tokens + ((now - last) / 1000) * perSecond);
      last = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    };
  },
  /** A counter that begins anew with every second of its clock. */
  second: (perSecond: number): Admission => {
    let second = -1;
    let taken = 0;
    return (now) => {
      if (Math.floor(now / 1000) !== second) taken = 0;
      second = Math.floor(now / 1000);
      return taken++ < perSecond;
    };
  },
  /** No second anywhere has more. */
  sliding: (perSecond: number): Admission => {
    const taken: number[] = [];
    return (now) => {
      while (taken[0] !== undefined && taken[0] <= now - 1000) taken.shift();
      if (taken.length >= perSecond) return false;
      taken.push(now);
      return true;
    };
  },
} as const;

interface Flight {
  readonly sentAt: number;
  readonly arrivesAt: number;
  readonly answeredAt: number;
  readonly inFlight: number;
  isTaken: boolean;
}

export interface Simulation {
  readonly parts: number;
  readonly admits: Admission;
  readonly roundTripMs: number;
  readonly limits: PaceLimits;
  readonly mostInFlight: number;
}

export interface Simulated {
  readonly perSecond: number;
  /** Refusals among all that was submitted. */
  readonly rejectShare: number;
}

/** Submits so many parts as a lane does, throttled ones again, in a time of its own: a millisecond a step. */
export const simulate = ({ parts, admits, roundTripMs, limits, mostInFlight }: Simulation): Simulated => {
  let pace = startPace(limits, 0);
  let window = startWindow(mostInFlight, 0);
  let flights: Flight[] = [];
  let [now, waiting, rejected] = [0, parts, 0];
  let fullAt = -1;
  const arrive = (): void => {
    for (const flight of flights)
      if (flight.arrivesAt > now - 1 && flight.arrivesAt <= now) flight.isTaken = admits(flight.arrivesAt);
  };
  const answer = (): void => {
    for (const { sentAt, inFlight, isTaken } of flights.filter(({ answeredAt }) => answeredAt <= now)) {
      flights = flights.slice(1);
      const isFull = fullAt >= sentAt;
      pace = paceAfter(pace, { type: isTaken ? 'accepted' : 'throttled', sentAt }, limits, now);
      window = isTaken
        ? windowAfter(window, { type: 'accepted', sentAt, isFull }, mostInFlight, now)
        : windowAfter(window, { type: 'throttled', sentAt, inFlight }, mostInFlight, now);
      waiting += isTaken ? 0 : 1;
      rejected += isTaken ? 0 : 1;
    }
  };
  const submit = (): void => {
    while (waiting > 0 && flights.length < Math.floor(window.size) && partsAllowed(pace, limits, now) > 0) {
      pace = paceAfter(pace, { type: 'sent' }, limits, now);
      waiting -= 1;
      const inFlight = flights.length + 1;
      if (inFlight >= Math.floor(window.size)) fullAt = now;
      const arrivesAt = now + roundTripMs / 2;
      flights.push({ sentAt: now, arrivesAt, answeredAt: now + roundTripMs, inFlight, isTaken: false });
    }
    if (waiting > 0 && flights.length < Math.floor(window.size) && nextPartAt(pace, now) > now)
      pace = paceAfter(pace, { type: 'held' }, limits, now);
  };
  for (; waiting + flights.length > 0; now += 1) {
    arrive();
    answer();
    submit();
  }
  return { perSecond: (parts / now) * 1000, rejectShare: rejected / (parts + rejected) };
};
