import { EmmError } from './emm-error.ts';
import type { StoredContext, StoredMessage, WrappedKey } from './stored-message.ts';

interface Cursor {
  take(octets: number): Buffer;
  number(octets: 1 | 2 | 4): number;
  counted(): Buffer;
  at(): number;
}

const cursorOf = (octets: Buffer): Cursor => {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > octets.length) throw new EmmError('length', 'The stored message is cut off.');
    at += length;
    return octets.subarray(at - length, at);
  };
  const number = (length: number): number => take(length).readUIntBE(0, length);
  return { take, number, counted: () => take(number(2)), at: () => at };
};

const readContext = (octets: Buffer): StoredContext => {
  if (octets.length === 0) return {};
  const cursor = cursorOf(octets);
  const entries = Array.from({ length: cursor.number(2) }, () => [
    cursor.counted().toString(),
    cursor.counted().toString(),
  ]);
  if (cursor.at() !== octets.length) throw new EmmError('length', 'The context is longer than it says.');
  return Object.fromEntries(entries) as StoredContext;
};

const readWrappedKey = (cursor: Cursor): WrappedKey => ({
  provider: cursor.counted().toString(),
  key_name: cursor.counted().toString(),
  ciphertext: cursor.counted(),
});

const supported = { version: 2, suite: 0x0478, contentType: 2 } as const;
/** KMS wraps a data key once; more are a stranger's. */
const mostWrappedKeys = 8;

/** Reads what `sealStored` writes, and what other SDKs write with the same suite. @throws EmmError */
export const readMessageHeader = (octets: Buffer): StoredMessage => {
  const cursor = cursorOf(octets);
  if (cursor.number(1) !== supported.version) throw new EmmError('version', 'The stored message is of no version 2.');
  if (cursor.number(2) !== supported.suite)
    throw new EmmError('suite', 'The stored message has no committing suite without signature.');
  const message_id = cursor.take(32);
  const context = readContext(cursor.counted());
  const count = cursor.number(2);
  if (count === 0 || count > mostWrappedKeys) throw new EmmError('field', `There are ${count} wrapped keys.`);
  const wrapped_keys = Array.from({ length: count }, () => readWrappedKey(cursor));
  if (cursor.number(1) !== supported.contentType) throw new EmmError('field', 'The stored message is not framed.');
  cursor.number(4);
  const commitment = cursor.take(32);
  const header = octets.subarray(0, cursor.at());
  const header_tag = cursor.take(16);
  return { message_id, context, wrapped_keys, commitment, header, header_tag, body: octets.subarray(cursor.at()) };
};
