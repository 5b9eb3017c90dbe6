import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { EmmError } from './emm-error.ts';
import { hkdfSha512, infoOf } from './hkdf-sha512.ts';
import { readMessageHeader } from './stored-message-header.ts';

/**
 * What is kept encrypted at rest: messages of the AWS Encryption SDK, format version 2, algorithm suite 0x0478
 * (AES-256-GCM, HKDF-SHA-512, key commitment, no signature), in one frame. Any SDK with a KMS keyring opens them.
 */

/** A data key as KMS wrapped it, beside its plaintext. */
export interface WrappedKey {
  /** Who can unwrap it: `aws-kms`. */
  readonly provider: string;
  /** Which key of theirs: the ARN. */
  readonly key_name: string;
  readonly ciphertext: Uint8Array;
}

/** Told in clear, covered by the tag, and demanded by KMS. */
export type StoredContext = Readonly<Record<string, string>>;

const version = 2;
export const committingSuite = 0x0478;
export const messageIdOctets = 32;
const tagOctets = 16;
const ivOctets = 12;
const framed = 2;
/** The frame length that the SDKs use when not told otherwise. */
const frameLength = 4_096;
const finalFrame = 0xffffffff;

/** The derived key and the commitment of a data key to one message. */
export const deriveMessageKeys = (
  dataKey: Uint8Array,
  messageId: Uint8Array,
  suite = committingSuite,
): { readonly key: Buffer; readonly commitment: Buffer } => ({
  key: hkdfSha512(dataKey, messageId, infoOf(Buffer.of(suite >> 8, suite & 0xff), 'DERIVEKEY'), 32),
  commitment: hkdfSha512(dataKey, messageId, infoOf('COMMITKEY'), 32),
});

const counted = (value: string | Uint8Array): Buffer => {
  const octets = Buffer.from(value as Uint8Array);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(octets.length);
  return Buffer.concat([head, octets]);
};

const uint16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
const uint32 = (value: number): Buffer => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
};

/** Sorted by the octets of the names; nothing at all, not even a count, where there is no context. */
const contextOctets = (context: StoredContext): Buffer => {
  const entries = Object.entries(context).map(([name, value]) => [Buffer.from(name), value] as const);
  if (entries.length === 0) return Buffer.alloc(0);
  entries.sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat([
    uint16(entries.length),
    ...entries.flatMap(([name, value]) => [counted(name), counted(value)]),
  ]);
};

const bodyData = (messageId: Uint8Array, length: number): Buffer =>
  Buffer.concat([messageId, Buffer.from('AWSKMSEncryptionClient Final Frame'), uint32(1), uint32(0), uint32(length)]);

/** The IV of a frame is its number. */
const frameIv = Buffer.concat([Buffer.alloc(ivOctets - 1), Buffer.of(1)]);
const headerIv = Buffer.alloc(ivOctets);

const encrypt = (key: Buffer, iv: Buffer, aad: Buffer, plaintext: Uint8Array): Buffer => {
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), iv, { authTagLength: tagOctets });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
};

/** @throws EmmError */
const decrypt = (key: Buffer, iv: Uint8Array, aad: Buffer, sealed: Uint8Array): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), iv, { authTagLength: tagOctets });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-tagOctets));
  const plaintext = decipher.update(sealed.subarray(0, -tagOctets));
  try {
    decipher.final();
  } catch {
    throw new EmmError('authentication', 'The stored message was changed, or is of another key.');
  }
  return plaintext;
};

/** Encrypts what is to be kept: at most 4,096 octets. @throws EmmError when there are more. */
export const sealStored = (
  plaintext: Uint8Array,
  context: StoredContext,
  { dataKey, wrapped }: { readonly dataKey: Uint8Array; readonly wrapped: WrappedKey },
  messageId: Uint8Array = randomBytes(messageIdOctets),
): Buffer => {
  if (plaintext.length > frameLength) throw new EmmError('length', `At most ${frameLength} octets are stored as one.`);
  const { key, commitment } = deriveMessageKeys(dataKey, messageId);
  const header = Buffer.concat([
    Buffer.of(version),
    uint16(committingSuite),
    messageId,
    counted(contextOctets(context)),
    uint16(1),
    counted(wrapped.provider),
    counted(wrapped.key_name),
    counted(wrapped.ciphertext),
    Buffer.of(framed),
    uint32(frameLength),
    commitment,
  ]);
  const body = encrypt(key, frameIv, bodyData(messageId, plaintext.length), plaintext);
  const frame = [uint32(finalFrame), uint32(1), frameIv, uint32(plaintext.length), body];
  return Buffer.concat([header, encrypt(key, headerIv, header, Buffer.alloc(0)), ...frame]);
};

/** A message as its header tells it, before anything is decrypted. */
export interface StoredMessage {
  readonly message_id: Buffer;
  readonly context: StoredContext;
  readonly wrapped_keys: readonly WrappedKey[];
  readonly commitment: Buffer;
  /** The octets that the header's tag covers. */
  readonly header: Buffer;
  readonly header_tag: Buffer;
  readonly body: Buffer;
}

/** @throws EmmError for whatever is no message of this suite. */
export const readStored = (octets: Uint8Array): StoredMessage =>
  readMessageHeader(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));

const frameHead = 4 + 4 + ivOctets + 4;

/**
 * Decrypts a message with its data key. The commitment is checked before anything is decrypted.
 *
 * @param context what the message must have been encrypted for: every name and value of it.
 * @throws EmmError, the same for every change of an octet; it tells neither key nor plaintext.
 */
export const openStored = (
  { message_id, context: told, commitment, header, header_tag, body }: StoredMessage,
  dataKey: Uint8Array,
  context: StoredContext,
): Buffer => {
  const wrong = Object.entries(context).some(([name, value]) => told[name] !== value);
  if (wrong) throw new EmmError('context', 'The stored message was encrypted for another purpose.');
  const derived = deriveMessageKeys(dataKey, message_id);
  if (!timingSafeEqual(derived.commitment, commitment))
    throw new EmmError('commitment', 'The stored message is not committed to this key.');
  decrypt(derived.key, headerIv, header, header_tag);
  if (body.length < frameHead + tagOctets || body.readUInt32BE(0) !== finalFrame || body.readUInt32BE(4) !== 1)
    throw new EmmError('length', 'The stored message is not in one frame.');
  const length = body.readUInt32BE(frameHead - 4);
  if (body.length !== frameHead + length + tagOctets) throw new EmmError('length', 'The frame ends too soon or late.');
  if (!body.subarray(8, 8 + ivOctets).equals(frameIv)) throw new EmmError('field', 'The IV is not the frame number.');
  return decrypt(derived.key, frameIv, bodyData(message_id, length), body.subarray(frameHead));
};
