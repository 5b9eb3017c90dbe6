/** What the text of a delivery receipt holds (SMPP 3.4, appendix B); what is missing or empty is undefined. */
export interface ReceiptText {
  readonly id: string | undefined;
  readonly stat: string | undefined;
  readonly err: string | undefined;
}

type Words = { -readonly [Key in keyof ReceiptText]: ReceiptText[Key] };

const none: Words = { id: undefined, stat: undefined, err: undefined };

/**
 * A key and the word behind it. Every key there may be is named, because where a value is left out the next word is a
 * key. Nothing in it can match one text in two ways, so the time does not explode with what an SMSC sends.
 */
const fieldPattern =
  /(?:^|[\s\0])(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|text)\s*:(?:\s+(?!(?:id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|text)\s*:))?([^\s\0]*)/gi;

/**
 * The body as characters: one an octet, or UTF-16 when it is that. Data coding 8 alone does not say so, because SMSCs
 * send ASCII under it; ASCII as UTF-16 has a zero in front of each character, which ASCII itself has not.
 */
const decodeBody = (body: Uint8Array): string => {
  const isWide = body.length > 1 && body.length % 2 === 0 && body[0] === 0 && body[1] !== 0;
  if (isWide) return Buffer.from(body).swap16().toString('utf16le');
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
};

/**
 * Reads the receipt's text: keys in any case and order, any of them missing, dates not looked at. What `text:` quotes
 * is the message's own words, where an `id:` means nothing; only when everything stands behind `text:` is it searched,
 * and then what stands last counts. No octets make it throw.
 */
export const readReceiptText = (body: Uint8Array): ReceiptText => {
  const text = decodeBody(body);
  const head = { ...none };
  const quoted = { ...none };
  let isQuoted = false;
  let isNamed = false;
  fieldPattern.lastIndex = 0;
  for (let match = fieldPattern.exec(text); match; match = fieldPattern.exec(text)) {
    const [, name = '', value = ''] = match;
    const key = name.toLowerCase();
    if (key === 'text') {
      if (isNamed) break;
      isQuoted = true;
    } else if (key === 'id' || key === 'stat' || key === 'err') {
      if (!isQuoted) isNamed ||= key !== 'err';
      if (value === '') continue;
      if (isQuoted) quoted[key] = value;
      else head[key] ??= value;
    }
  }
  return { id: head.id ?? quoted.id, stat: head.stat ?? quoted.stat, err: head.err ?? quoted.err };
};
