import { blockOf, checksum, decrypt, encrypt, redundancy } from './card-cipher.ts';

/** One version of a card's keys. */
export interface CardKeys {
  readonly kic: Buffer;
  readonly kid: Buffer;
}

/** How this kind of card departs from TS 31.115. */
export interface CardTraits {
  readonly ccOctets: 4 | 8;
  readonly ccCoversPadding: boolean;
  /** Octets before the SPI of a command or the TAR of a response that the checksum covers. */
  readonly commandCovers: 'nothing' | 'lengths' | 'header and lengths';
  readonly responseCovers: 'nothing' | 'lengths' | 'header and lengths';
}

export const usualTraits: CardTraits = {
  ccOctets: 8,
  ccCoversPadding: true,
  commandCovers: 'lengths',
  responseCovers: 'header and lengths',
};

/** A command as the card understood it (ETSI TS 102 225, 5.1). */
export interface OpenedCommand {
  readonly spi1: number;
  readonly spi2: number;
  readonly kic: number;
  readonly kid: number;
  readonly tar: string;
  readonly counter: bigint;
  readonly data: Buffer;
}

/** What the card can still read of a command that it can not open: enough to answer it. */
export type CommandHeader = Omit<OpenedCommand, 'counter' | 'data'>;

export type Opening =
  | { readonly outcome: 'opened'; readonly command: OpenedCommand }
  | { readonly outcome: 'failed'; readonly header: CommandHeader; readonly status: number }
  | { readonly outcome: 'nonsense' };

export const headerOf = (packet: Buffer): CommandHeader | null =>
  packet.length < 16 || packet.readUInt16BE(0) !== packet.length - 2
    ? null
    : {
        spi1: packet.readUInt8(3),
        spi2: packet.readUInt8(4),
        kic: packet.readUInt8(5),
        kid: packet.readUInt8(6),
        tar: packet.toString('hex', 7, 10),
      };

const prefix = (covers: CardTraits['commandCovers'], identifier: number, lengths: Buffer): Buffer => {
  if (covers === 'nothing') return Buffer.alloc(0);
  return covers === 'lengths' ? lengths : Buffer.concat([Buffer.from([0x02, identifier, 0x00]), lengths]);
};

const lengthOf = (kind: number, kid: number, traits: CardTraits): number => {
  if (kind === 0) return 0;
  return kind === 2 ? traits.ccOctets : (kid & 0x0f) === 1 ? 2 : 4;
};

const proof = (kind: number, kid: number, keys: CardKeys, traits: CardTraits, octets: Buffer): Buffer =>
  kind === 1
    ? redundancy((kid & 0x0f) === 1 ? 16 : 32, octets)
    : checksum(kid & 0x0f, keys.kid, octets).subarray(0, traits.ccOctets);

const statuses = { checksumFailed: 0x01, cipheringError: 0x05, securityError: 0x06 } as const;

/** Opens a command packet, from CPL on, with the keys that KIc and KID name. */
export const openCommand = (
  packet: Buffer,
  keysOf: (version: number) => CardKeys | null,
  traits: CardTraits = usualTraits,
): Opening => {
  const header = headerOf(packet);
  if (!header) return { outcome: 'nonsense' };
  const failed = (status: number): Opening => ({ outcome: 'failed', header, status });
  const { spi1, kic, kid } = header;
  const isSecured = (spi1 & 0x07) !== 0;
  const keys = keysOf(kic >> 4);
  if (isSecured && (!keys || kic >> 4 !== kid >> 4)) return failed(statuses.securityError);
  const kind = spi1 & 3;
  const proofOctets = lengthOf(kind, kid, traits);
  if (packet[2] !== 13 + proofOctets || kind === 3) return failed(statuses.securityError);
  const clear = Buffer.from(packet);
  if (spi1 & 0x04 && keys) {
    if ((packet.length - 10) % blockOf(kic & 0x0f) !== 0) return failed(statuses.cipheringError);
    decrypt(kic & 0x0f, keys.kic, packet.subarray(10)).copy(clear, 10);
  }
  const padding = clear.readUInt8(15);
  const dataAt = 16 + proofOctets;
  if (dataAt > clear.length) return failed(statuses.cipheringError);
  if (kind !== 0) {
    const end = traits.ccCoversPadding ? clear.length : Math.max(dataAt, clear.length - padding);
    const front = prefix(traits.commandCovers, 0x70, clear.subarray(0, 3));
    const octets = Buffer.concat([front, clear.subarray(3, 16), clear.subarray(dataAt, end)]);
    const right = proof(kind, kid, keys ?? { kic: Buffer.alloc(0), kid: Buffer.alloc(0) }, traits, octets);
    if (!right.equals(clear.subarray(16, dataAt))) return failed(statuses.checksumFailed);
  }
  if (dataAt + padding > clear.length) return failed(statuses.cipheringError);
  const counter = BigInt(`0x${clear.toString('hex', 10, 15)}`);
  const data = clear.subarray(dataAt, clear.length - padding);
  return { outcome: 'opened', command: { ...header, counter, data } };
};

export interface CardAnswer {
  readonly header: CommandHeader;
  readonly counter: bigint;
  readonly status: number;
  readonly data: Buffer;
  /** False: in clear and without a checksum, whatever SPI2 asked for. */
  readonly isSecured: boolean;
}

/** A response packet from RPL on (ETSI TS 102 225, 5.2), secured as the command's SPI2 asked. */
export const buildResponse = (
  { header, counter, status, data, isSecured }: CardAnswer,
  keys: CardKeys | null,
  traits: CardTraits = usualTraits,
): Buffer => {
  const { spi2, kic, kid } = header;
  const kind = isSecured && keys ? (spi2 >> 2) & 3 : 0;
  const isCiphered = isSecured && keys !== null && (spi2 & 0x10) !== 0;
  const proofOctets = lengthOf(kind, kid, traits);
  const block = isCiphered ? blockOf(kic & 0x0f) : 1;
  const padding = Buffer.alloc((block - ((7 + proofOctets + data.length) % block)) % block);
  const length = 11 + proofOctets + data.length + padding.length;
  const lengths = Buffer.from([length >> 8, length & 0xff, 10 + proofOctets]);
  const middle = Buffer.from(
    `${counter.toString(16).padStart(10, '0')}${Buffer.from([padding.length, status]).toString('hex')}`,
    'hex',
  );
  const tar = Buffer.from(header.tar, 'hex');
  const front = prefix(traits.responseCovers, 0x71, lengths);
  const octets = Buffer.concat([front, tar, middle, data, ...(traits.ccCoversPadding ? [padding] : [])]);
  const right = kind === 0 || !keys ? Buffer.alloc(0) : proof(kind, kid, keys, traits, octets);
  const secured = Buffer.concat([middle, right, data, padding]);
  return Buffer.concat([lengths, tar, isCiphered ? encrypt(kic & 0x0f, keys.kic, secured) : secured]);
};
