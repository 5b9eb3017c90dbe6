import type { SubmitRecord } from '../../local/smsc/received-messages.ts';

/**
 * The packets that came whole among what the SMSC took for one card, in the order in which they began. A part that comes
 * twice begins another packet: what is sent twice is seen twice.
 */
export const packetsAmong = (taken: readonly SubmitRecord[]): Buffer[] => {
  const begun: { readonly total: number; readonly reference: number | null; readonly parts: Map<number, string> }[] =
    [];
  for (const { part, data_hex } of taken) {
    const { number, total, reference } = part ?? { number: 1, total: 1, reference: null };
    const own = begun.findLast((each) => each.reference === reference && each.total === total);
    if (own && total > 1 && !own.parts.has(number)) own.parts.set(number, data_hex);
    else begun.push({ total, reference, parts: new Map([[number, data_hex]]) });
  }
  return begun
    .filter(({ total, parts }) => parts.size === total)
    .map(({ parts }) =>
      Buffer.from(
        [...parts]
          .sort(([a], [b]) => a - b)
          .map(([, hex]) => hex)
          .join(''),
        'hex',
      ),
    );
};
