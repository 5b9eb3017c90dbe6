/** Up to so many characters are put together here: a call into native code costs more than all of them. */
const mostByHand = 20;

const fourOf = (octets: Buffer, at: number): string => {
  const word = octets.readUInt32BE(at);
  return String.fromCharCode(word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);
};

const eightOf = (octets: Buffer, at: number): string => {
  const [high, low] = [octets.readUInt32BE(at), octets.readUInt32BE(at + 4)];
  return String.fromCharCode(
    high >>> 24,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    low >>> 24,
    (low >>> 16) & 0xff,
    (low >>> 8) & 0xff,
    low & 0xff,
  );
};

/** The characters of octets that were seen to be ASCII. Addresses and ids are short, and every PDU has some. */
export const asciiText = (octets: Buffer, start: number, end: number): string => {
  if (end - start > mostByHand) return octets.toString('latin1', start, end);
  let text = '';
  let at = start;
  for (; at + 8 <= end; at += 8) text += eightOf(octets, at);
  if (at + 4 <= end) {
    text += fourOf(octets, at);
    at += 4;
  }
  for (; at < end; at++) text += String.fromCharCode(octets.readUInt8(at));
  return text;
};
