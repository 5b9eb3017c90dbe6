import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomFillSync } from 'node:crypto';
import { EmmError } from './emm-error.ts';
import { hkdfSha512, infoOf } from './hkdf-sha512.ts';

/**
 * The envelope in which an EMM's commands go on air: AES-256-GCM under a key of the EMM's own. In octets:
 *
 * `version and suite 1 | key epoch 4 | EMM id 8 | expiry 4 | nonce 12 | ciphertext | tag 16`
 *
 * The tag also covers what stands before the nonce, the CA_system_id, the table_id and the address, so that an envelope
 * moved into another section, or to another card, does not open.
 */
export interface EnvelopeHeader {
  readonly suite: EnvelopeSuite;
  /** Of the key; under a device's key that of the key which is delivered. */
  readonly epoch: number;
  /** 64 bits: unlike in every other EMM of the CA system. */
  readonly id: bigint;
  /** Seconds since 1970, after which a receiver takes no notice of it. */
  readonly expiry: number;
}

/** What the envelope is bound to outside itself. */
export interface EnvelopeContext {
  readonly ca_system_id: number;
  readonly table_id: number;
  readonly address: Uint8Array;
}

/** Under whose key it is: the epoch's, or that of the card or group which it is addressed to. */
export const envelopeSuites = { epoch: 1, device: 2 } as const;
export type EnvelopeSuite = keyof typeof envelopeSuites;

const version = 1;
const headOctets = 17;
const nonceOctets = 12;
const tagOctets = 16;
/** Octets over those of the plaintext. */
export const envelopeOverhead = headOctets + nonceOctets + tagOctets;
const keyOctets = 32;

const infos = {
  epoch: infoOf(Buffer.of((version << 4) | envelopeSuites.epoch), 'DERIVEKEY'),
  device: infoOf(Buffer.of((version << 4) | envelopeSuites.device), 'DERIVEKEY'),
} as const;

/** Random octets in stock: asking for twelve takes half as long as encrypting an EMM. */
const stock = Buffer.alloc(nonceOctets * 1024);
let taken = stock.length;

/** Writes twelve octets that nobody has had before. */
const writeNonce = (envelope: Buffer): void => {
  if (taken === stock.length) {
    randomFillSync(stock);
    taken = 0;
  }
  stock.copy(envelope, headOctets, taken, taken + nonceOctets);
  taken += nonceOctets;
};

const isUint32 = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffffffff;

const writeHeader = (octets: Buffer, { suite, epoch, id, expiry }: EnvelopeHeader): void => {
  if (!isUint32(epoch) || !isUint32(expiry) || id < 0n || id >= 1n << 64n)
    throw new EmmError('field', 'The epoch, the id or the expiry of an EMM does not fit its octets.');
  octets[0] = (version << 4) | envelopeSuites[suite];
  octets.writeUInt32BE(epoch, 1);
  octets.writeBigUInt64BE(id, 5);
  octets.writeUInt32BE(expiry, 13);
};

/** CA_system_id 2, table_id 1, the address' length 1, the address, the header. */
const associatedData = ({ ca_system_id, table_id, address }: EnvelopeContext, head: Uint8Array): Buffer => {
  const octets = Buffer.allocUnsafe(4 + address.length + headOctets);
  octets.writeUInt16BE(ca_system_id, 0);
  octets[2] = table_id;
  octets[3] = address.length;
  octets.set(address, 4);
  octets.set(head, 4 + address.length);
  return octets;
};

/** As a KeyObject: handing over octets takes the cipher four times as long. */
const keyOf = (key: Uint8Array, suite: EnvelopeSuite, head: Uint8Array): KeyObject => {
  if (key.length !== keyOctets) throw new EmmError('field', 'A key has 32 octets.');
  return createSecretKey(hkdfSha512(key, head.subarray(5, 13), infos[suite], keyOctets));
};

/**
 * Seals the commands of an EMM.
 *
 * @param key of the epoch or the device, 32 octets: the EMM's own is derived from it.
 * @param nonce random unless a test gives one: never the same twice.
 * @throws EmmError when a number does not fit its field.
 */
export const sealEnvelope = (
  plaintext: Uint8Array,
  header: EnvelopeHeader,
  context: EnvelopeContext,
  key: Uint8Array,
  nonce?: Uint8Array,
): Buffer => {
  const envelope = Buffer.allocUnsafe(envelopeOverhead + plaintext.length);
  writeHeader(envelope, header);
  const head = envelope.subarray(0, headOctets);
  if (nonce) envelope.set(nonce, headOctets);
  else writeNonce(envelope);
  const iv = envelope.subarray(headOctets, headOctets + nonceOctets);
  const cipher = createCipheriv('aes-256-gcm', keyOf(key, header.suite, head), iv);
  cipher.setAAD(associatedData(context, head));
  envelope.set(cipher.update(plaintext), headOctets + nonceOctets);
  cipher.final();
  envelope.set(cipher.getAuthTag(), envelope.length - tagOctets);
  return envelope;
};

const suiteOf = (octet: number): EnvelopeSuite => {
  if (octet >> 4 !== version) throw new EmmError('version', `The envelope's version is ${octet >> 4}.`);
  for (const suite of ['epoch', 'device'] as const) if (envelopeSuites[suite] === (octet & 0x0f)) return suite;
  throw new EmmError('suite', `The envelope's suite is ${octet & 0x0f}.`);
};

/** What stands in the clear: which key opens it, and until when it counts. @throws EmmError */
export const readEnvelopeHeader = (envelope: Uint8Array): EnvelopeHeader => {
  if (envelope.length < envelopeOverhead)
    throw new EmmError('length', `An envelope has ${envelopeOverhead} octets at least, and this ${envelope.length}.`);
  const octets = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
  return {
    suite: suiteOf(octets.readUInt8(0)),
    epoch: octets.readUInt32BE(1),
    id: octets.readBigUInt64BE(5),
    expiry: octets.readUInt32BE(13),
  };
};

/**
 * Opens what `sealEnvelope` made.
 *
 * @throws EmmError `authentication` for another key, another context and every changed octet alike: it does not say which.
 */
export const openEnvelope = (
  envelope: Uint8Array,
  context: EnvelopeContext,
  key: Uint8Array,
): { readonly header: EnvelopeHeader; readonly plaintext: Buffer } => {
  const header = readEnvelopeHeader(envelope);
  const head = envelope.subarray(0, headOctets);
  const nonce = envelope.subarray(headOctets, headOctets + nonceOctets);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(key, header.suite, head), nonce, { authTagLength: tagOctets });
  decipher.setAAD(associatedData(context, head));
  decipher.setAuthTag(envelope.subarray(-tagOctets));
  const plaintext = decipher.update(envelope.subarray(headOctets + nonceOctets, -tagOctets));
  try {
    decipher.final();
  } catch {
    throw new EmmError('authentication', 'The envelope was changed, or is of another key, card or CA system.');
  }
  return { header, plaintext };
};
