import type { SmppSettings } from '#shared/contracts/providers.ts';

const inOther = { decimal: /^\d{1,64}$/, hexadecimal: /^[0-9a-f]{1,64}$/i } as const;

/**
 * The id of a receipt as the provider's responses write it, where it is known to write them otherwise: of receipts in
 * `decimal` the responses are hexadecimal, and the reverse. What is no such number stays as it is.
 */
export const receiptIdIn = (format: SmppSettings['id_format'], id: string): string => {
  if (format === 'decimal' && inOther.decimal.test(id)) return BigInt(id).toString(16);
  if (format === 'hexadecimal' && inOther.hexadecimal.test(id)) return `${BigInt(`0x${id}`)}`.slice(0, 64);
  return id;
};
