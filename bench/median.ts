import { percentile } from './percentile.ts';

/** The middle of the values; NaN of none. */
export const median = (values: readonly number[]): number => percentile(values, 50);
