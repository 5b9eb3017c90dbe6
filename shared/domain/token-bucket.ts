/**
 * A token bucket as the generic cell rate algorithm (ITU-T I.371, annex A) keeps it: one number, the theoretical
 * arrival time, at which the bucket will be full again. Times are milliseconds since the epoch and may have fractions.
 */
export interface Bucket {
  readonly ratePerSecond: number;
  /** How many requests fit in at once. */
  readonly burst: number;
}

export interface Fill {
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds until the bucket is full again. */
  readonly resetSeconds: number;
}

/** What one request costs, in milliseconds of the bucket's time. */
export const costOf = ({ ratePerSecond }: Bucket): number => 1000 / ratePerSecond;

/** The latest arrival time under which one more request still fits. */
export const latestArrival = (bucket: Bucket, now: number): number => now + (bucket.burst - 1) * costOf(bucket);

/** How full the bucket is after a request that brought its arrival time to `arrival`. */
export const fillOf = (bucket: Bucket, arrival: number, now: number): Fill => {
  const used = Math.max(0, arrival - now);
  return {
    limit: bucket.burst,
    remaining: Math.max(0, Math.floor(bucket.burst - used / costOf(bucket) + 1e-6)),
    resetSeconds: Math.ceil(used / 1000),
  };
};

/** Whole seconds, at least one, after which a refused request will fit if nobody else asks meanwhile. */
export const retryAfterSeconds = (bucket: Bucket, arrival: number, now: number): number =>
  Math.max(1, Math.ceil((arrival - latestArrival(bucket, now)) / 1000));
