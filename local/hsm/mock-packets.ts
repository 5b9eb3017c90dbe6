import type { HsmDocument } from '#shared/contracts/hsm-xml.ts';
import { blockOf, checksum, decipher, encipher, type MockAlgorithm, redundancy } from './mock-ciphers.ts';
import { MockRefusal } from './mock-refusal.ts';

type Build = HsmDocument<'BuildPacket'>;
type Open = HsmDocument<'OpenResponse'>;
export type KeyOf = (label: string | undefined) => Buffer;

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const isImplicit = (nibble: number): boolean => (nibble & 3) === 0;

const algorithmOf = (octet: string, implicit: string | undefined): MockAlgorithm => {
  const nibble = Number.parseInt(octet, 16) & 15;
  if (!isImplicit(nibble)) return { nibble };
  if (!implicit) throw new MockRefusal('algorithm.unsupported');
  return { name: implicit };
};

/** How many octets RC, CC or DS take, by the two bits of SPI that name them. */
const integrityOctets = (bits: number, { kid, card }: Build | Open): number => {
  if (bits === 0) return 0;
  if (bits === 2) return card.ccLength;
  if (bits === 3) throw new MockRefusal('algorithm.unsupported');
  return (Number.parseInt(kid, 16) & 15) === 1 ? 2 : 4;
};

const integrity = (bits: number, request: Build | Open, keyOf: KeyOf, covered: Buffer): Buffer => {
  if (bits === 1) return redundancy(Number.parseInt(request.kid, 16) & 15, covered);
  const algorithm = algorithmOf(request.kid, request.card.implicitMac);
  return checksum(algorithm, keyOf(request.kidKey), covered).subarray(0, request.card.ccLength);
};

const before = (coverage: Build['card']['commandCcCoverage'], udh: string, lengths: Buffer): Buffer[] =>
  ({ header: [], lengths: [lengths], udh_and_lengths: [hex(udh), lengths] })[coverage];

/** ETSI TS 102 225, 5.1, from the documents' own octets. */
export const mockBuild = (request: Build, keyOf: KeyOf): Buffer => {
  const { card } = request;
  const spi1 = Number.parseInt(request.spi.slice(0, 2), 16);
  const data = hex(request.data);
  const octets = integrityOctets(spi1 & 3, request);
  const isCiphered = (spi1 & 4) !== 0;
  const algorithm = isCiphered ? algorithmOf(request.kic, card.implicitCipher) : undefined;
  const block = algorithm ? blockOf(algorithm) : 1;
  const padding = (block - ((6 + octets + data.length) % block)) % block;
  const lengths = Buffer.alloc(3);
  lengths.writeUInt16BE(1 + 7 + 6 + octets + data.length + padding);
  lengths[2] = 13 + octets;
  const header = hex(request.spi + request.kic + request.kid + request.tar);
  const counted = Buffer.concat([hex(request.counter), Buffer.from([padding])]);
  const padded = Buffer.concat([data, Buffer.alloc(padding)]);
  const covered = [
    ...before(card.commandCcCoverage, '027000', lengths),
    header,
    counted,
    card.ccIncludesPadding ? padded : data,
  ];
  const proof = octets === 0 ? Buffer.alloc(0) : integrity(spi1 & 3, request, keyOf, Buffer.concat(covered));
  const body = Buffer.concat([counted, proof, padded]);
  return Buffer.concat([lengths, header, algorithm ? encipher(algorithm, keyOf(request.kicKey), body) : body]);
};

const refuse = (): never => {
  throw new MockRefusal('response.not_authentic');
};

const opened = (
  lengths: Buffer,
  tar: Buffer,
  body: Buffer,
  octets: number,
  ciphered: boolean,
  authenticated: boolean,
) => {
  const padding = body[5] ?? 0;
  const end = body.length - padding;
  if (end < 7 + octets || (body[6] ?? 0xff) > 0x0c || lengths.length !== 3) return refuse();
  return {
    tar: tar.toString('hex'),
    counter: body.toString('hex', 0, 5),
    padding,
    status: body[6] ?? 0,
    data: body.toString('hex', 7 + octets, end),
    authenticated,
    ciphered,
  };
};

type Opened = Omit<HsmDocument<'ResponseOpened'>, 'callId'>;

/** ETSI TS 102 225, 5.2. What is not proven though it should be may say an error, and never a success. */
export const mockOpen = (request: Open, keyOf: KeyOf): Opened => {
  const given = hex(request.packet);
  const packet = given.toString('hex', 0, 3) === '027100' ? given.subarray(3) : given;
  if (packet.length < 13 || packet.readUInt16BE(0) !== packet.length - 2) return refuse();
  const [lengths, tar, body] = [packet.subarray(0, 3), packet.subarray(3, 6), packet.subarray(6)];
  if (tar.toString('hex') !== request.tar) return refuse();
  const spi2 = Number.parseInt(request.spi.slice(2), 16);
  const bits = (spi2 >> 2) & 3;
  const octets = integrityOctets(bits, request);
  const asError = (): Opened => {
    const inClear = opened(lengths, tar, body, packet[2] === 10 ? 0 : octets, false, false);
    const isPlausible = inClear.padding === 0 && [request.counter, '0000000000'].includes(inClear.counter);
    return isPlausible && (inClear.status !== 0 || octets === 0) ? inClear : refuse();
  };
  if (packet[2] === 10 && octets > 0) return asError();
  if (packet[2] !== 10 + octets) return refuse();
  const isCiphered = (spi2 & 16) !== 0;
  const algorithm = isCiphered ? algorithmOf(request.kic, request.card.implicitCipher) : undefined;
  if (algorithm && body.length % blockOf(algorithm) !== 0) return asError();
  const plain = algorithm ? decipher(algorithm, keyOf(request.kicKey), body) : body;
  if (octets === 0) return opened(lengths, tar, plain, 0, isCiphered, false);
  const end = plain.length - (request.card.ccIncludesPadding ? 0 : (plain[5] ?? 0));
  const covered = Buffer.concat([
    ...before(request.card.responseCcCoverage, '027100', lengths),
    tar,
    plain.subarray(0, 7),
    plain.subarray(7 + octets, Math.max(end, 7 + octets)),
  ]);
  const isProven = integrity(bits, request, keyOf, covered).equals(plain.subarray(7, 7 + octets));
  return isProven ? opened(lengths, tar, plain, octets, isCiphered, bits === 2) : asError();
};
