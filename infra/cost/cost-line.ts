import { type Priced, prices } from './prices.ts';

/** So much of something at its price. */
export interface CostLine {
  readonly what: string;
  readonly price: Priced;
  /** In the unit of the price: `3` million requests are 3. */
  readonly amount: number;
}

export const costOf = ({ price, amount }: CostLine): number => prices[price].usd * amount;

export const sumOf = (lines: readonly CostLine[]): number => lines.reduce((sum, line) => sum + costOf(line), 0);
