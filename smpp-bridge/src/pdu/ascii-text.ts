const octetAt = (octets: Buffer, at: number): number => octets[at] ?? 0;

const eightFrom = (octets: Buffer, at: number): string =>
  String.fromCharCode(
    octetAt(octets, at),
    octetAt(octets, at + 1),
    octetAt(octets, at + 2),
    octetAt(octets, at + 3),
    octetAt(octets, at + 4),
    octetAt(octets, at + 5),
    octetAt(octets, at + 6),
    octetAt(octets, at + 7),
  );

const sixteenFrom = (octets: Buffer, at: number): string =>
  String.fromCharCode(
    octetAt(octets, at),
    octetAt(octets, at + 1),
    octetAt(octets, at + 2),
    octetAt(octets, at + 3),
    octetAt(octets, at + 4),
    octetAt(octets, at + 5),
    octetAt(octets, at + 6),
    octetAt(octets, at + 7),
    octetAt(octets, at + 8),
    octetAt(octets, at + 9),
    octetAt(octets, at + 10),
    octetAt(octets, at + 11),
    octetAt(octets, at + 12),
    octetAt(octets, at + 13),
    octetAt(octets, at + 14),
    octetAt(octets, at + 15),
  );

/**
 * The characters of octets that were seen to be ASCII. Addresses and ids are short, and every PDU has some: up to sixteen
 * are put together here and what is too much is cut off, for a call into native code costs more than all of them, and so
 * does joining pieces.
 */
export const asciiText = (octets: Buffer, start: number, end: number): string => {
  const length = end - start;
  if (length === 0) return '';
  if (length > 16) return octets.toString('latin1', start, end);
  return (length > 8 ? sixteenFrom(octets, start) : eightFrom(octets, start)).slice(0, length);
};
