/** What the text of a delivery receipt holds (SMPP 3.4, appendix B); a key that is missing or empty is absent. */
export interface ReceiptText {
  readonly id?: string;
  readonly stat?: string;
  readonly err?: string;
}

/** Every key there may be: a value ends where the next key starts. */
const keyPattern = /(?:^|[\s\0])(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err)\s*:/gi;
const textPattern = /(?:^|[\s\0])text\s*:/i;

interface Field {
  readonly key: string;
  readonly value: string;
}

const readFields = (text: string): Field[] => {
  const keys = [...text.matchAll(keyPattern)];
  return keys.map((match, index) => {
    const value = text.slice(match.index + match[0].length, keys[index + 1]?.index).trim();
    return { key: (match[1] ?? '').toLowerCase(), value: value.split(/[\s\0]/, 1)[0] ?? '' };
  });
};

/**
 * The body as characters: one an octet, or UTF-16 when it is that. Data coding 8 alone does not say so, because SMSCs
 * send ASCII under it; ASCII as UTF-16 has a zero in front of each character, which ASCII itself has not.
 */
const decodeBody = (body: Uint8Array): string => {
  const octets = Buffer.from(body);
  const isWide = octets.length > 1 && octets.length % 2 === 0 && octets[0] === 0 && octets[1] !== 0;
  return isWide ? octets.swap16().toString('utf16le') : octets.toString('latin1');
};

const pick = (fields: readonly Field[], key: string): string | undefined =>
  fields.find((field) => field.key === key && field.value !== '')?.value;

/**
 * Reads the receipt's text: keys in any case and order, any of them missing, dates not looked at. What `text:` quotes
 * is the message's own words, where an `id:` means nothing; only when everything stands behind `text:` is it searched,
 * from its end. No octets make it throw.
 */
export const readReceiptText = (body: Uint8Array): ReceiptText => {
  const text = decodeBody(body);
  const quoted = textPattern.exec(text);
  const head = readFields(quoted ? text.slice(0, quoted.index) : text);
  const isTextFirst = quoted !== null && !head.some(({ key }) => key === 'id' || key === 'stat');
  const fields = isTextFirst ? [...head, ...readFields(text.slice(quoted.index)).reverse()] : head;
  const [id, stat, err] = ['id', 'stat', 'err'].map((key) => pick(fields, key));
  return { ...(id && { id }), ...(stat && { stat }), ...(err && { err }) };
};
