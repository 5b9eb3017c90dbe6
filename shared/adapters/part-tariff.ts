/** The digits by which a message `m` is priced: its number, or what is kept of it when its recipient was erased. */
export const pricedDigits = `coalesce(nullif(m.recipient, ''), m.tariff_prefix, '')`;

/**
 * A lateral subquery: which of the provider's prices (`prefix`, `part_cost_micros`) was in force for a number at a time;
 * no row where nobody had said one. The longest prefix counts.
 */
export const tariffAt = ({
  provider,
  digits,
  at,
}: {
  readonly provider: string;
  readonly digits: string;
  readonly at: string;
}): string => `(
  SELECT c.prefix, c.part_cost_micros FROM (
    SELECT DISTINCT ON (h.prefix) h.prefix, h.part_cost_micros FROM provider_price_changes h
    WHERE h.provider = ${provider} AND h.since <= ${at}
      AND h.prefix = ANY (ARRAY(SELECT left(${digits}, n) FROM generate_series(0, 9) n))
    ORDER BY h.prefix, h.since DESC) c
  WHERE c.part_cost_micros IS NOT NULL ORDER BY length(c.prefix) DESC LIMIT 1)`;
