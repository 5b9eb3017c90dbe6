import { timingSafeEqual } from 'node:crypto';
import type { PacketSecurity } from './command-packet.ts';
import { cipherOf } from './key-indication.ts';
import { OtaError, type OtaReason } from './ota-error.ts';
import { blockOctets, checksum, checksumOctets, covered } from './packet-checksum.ts';
import { type Primitives, type RemotePrimitives, run, runRemotely, type Steps } from './primitives.ts';
import { isResponseStatus, type ResponseStatusCode } from './response-status.ts';

/** What the card was sent, by which its answer is opened. */
export interface ResponseSpec extends PacketSecurity {
  readonly tar: Buffer;
  /** The counter of the command, by which an error in clear is told from chance. */
  readonly counter: bigint;
}

/** An opened response packet, the proof of receipt (ETSI TS 102 225, 5.2). */
export interface ResponsePacket {
  readonly tar: Buffer;
  readonly counter: bigint;
  readonly status: ResponseStatusCode;
  readonly data: Buffer;
  /** Octets of cipher padding. */
  readonly padding: number;
  /**
   * Whether the card's checksum proves it. False where none was asked for, where it was but a CRC, and for an error
   * that came in clear: on such an answer no counter moves.
   */
  readonly authenticated: boolean;
  readonly ciphered: boolean;
}

/** TS 31.115, 4.4: the header of a response packet, which its checksum covers. */
export const responseUdh: Buffer = Buffer.from('027100', 'hex');
const securedAt = 6;
const paddingAt = securedAt + 5;
const statusAt = securedAt + 6;
const checksumAt = securedAt + 7;
const bareHeader = 10;
const ok = 0x00;

function refuse(reason: OtaReason, message: string): never {
  throw new OtaError(reason, message);
}

const trimmed = (octets: Buffer, { tar }: ResponseSpec): Buffer => {
  const packet = octets.subarray(0, 3).equals(responseUdh) ? octets.subarray(3) : octets;
  if (packet.length < checksumAt) refuse('response.truncated', 'A response packet is at least 13 octets.');
  if (packet.readUInt16BE(0) !== packet.length - 2)
    refuse('response.length_mismatch', 'RPL is not the length of what follows it.');
  if (!packet.subarray(3, securedAt).equals(tar)) refuse('response.tar_mismatch', 'The TAR is not that of the push.');
  return packet;
};

const read = (
  packet: Buffer,
  ccOctets: number,
  { ciphered, authenticated }: { readonly ciphered: boolean; readonly authenticated: boolean },
): ResponsePacket => {
  const padding = packet[paddingAt] ?? 0;
  const status = packet[statusAt] ?? 0xff;
  const dataAt = checksumAt + ccOctets;
  if (dataAt + padding > packet.length) refuse('response.padding', 'PCNTR is more than there is.');
  if (!isResponseStatus(status)) refuse('response.status_unknown', 'TS 102 225 has no such response status.');
  return {
    tar: Buffer.from(packet.subarray(3, securedAt)),
    counter: BigInt(packet.readUIntBE(securedAt, 5)),
    status,
    data: Buffer.from(packet.subarray(dataAt, packet.length - padding)),
    padding,
    authenticated,
    ciphered,
  };
};

/** Opens a packet that has the security that was asked for, in clear or ciphered. */
function* opened(packet: Buffer, spec: ResponseSpec, ciphered: boolean): Steps<ResponsePacket> {
  const { spi, kic, quirks } = spec;
  const ccOctets = checksumOctets(spi.porIntegrity, spec);
  if (checksumAt + ccOctets > packet.length) refuse('response.truncated', 'There is no room for the checksum.');
  const plain = Buffer.from(packet);
  const block = ciphered ? blockOctets(cipherOf(kic, quirks)) : packet.length;
  if (ciphered) {
    if ((packet.length - securedAt) % block !== 0)
      refuse('data.not_whole_blocks', 'The ciphered octets are no whole blocks.');
    const data = packet.subarray(securedAt);
    (yield { use: 'decipher', algorithm: cipherOf(kic, quirks), data }).copy(plain, securedAt);
  }
  const padding = plain[paddingAt] ?? 0;
  if (ccOctets > 0) {
    const range = { udh: responseUdh, checksumAt, ccOctets, coverage: quirks.responseCcCoverage, padding, quirks };
    const expected = yield* checksum(spi.porIntegrity, covered(plain, range), spec);
    if (!timingSafeEqual(expected, plain.subarray(checksumAt, checksumAt + ccOctets)))
      refuse('response.not_authentic', 'The checksum is wrong.');
  }
  if (padding >= block) refuse('response.padding', 'PCNTR is a whole block or more.');
  return read(plain, ccOctets, { ciphered, authenticated: spi.porIntegrity === 'cc' });
}

/**
 * Whether a packet came in clear though it should be ciphered: its status is known, there is no padding, and either the
 * counter is the one sent or none, which ciphered octets are once in 2^39, or it could not be ciphered at all.
 */
const isInClear = (packet: Buffer, { counter, kic, quirks }: ResponseSpec): boolean => {
  if (packet[paddingAt] !== 0 || !isResponseStatus(packet[statusAt] ?? 0xff)) return false;
  const found = BigInt(packet.readUIntBE(securedAt, 5));
  return found === counter || found === 0n || (packet.length - securedAt) % blockOctets(cipherOf(kic, quirks)) !== 0;
};

/** An answer without the proof that was asked for: good for saying what went wrong, and for nothing else. */
const unproven = (packet: Buffer, ccOctets: number): ResponsePacket => {
  const response = read(packet, ccOctets, { ciphered: false, authenticated: false });
  if (response.status === ok)
    refuse('response.unsecured_success', 'Success is claimed without the checksum that was asked for.');
  return response;
};

function* steps(octets: Buffer, spec: ResponseSpec): Steps<ResponsePacket> {
  const packet = trimmed(octets, spec);
  const ccOctets = checksumOctets(spec.spi.porIntegrity, spec);
  const header = packet[2];
  if (header === bareHeader && ccOctets > 0) return unproven(packet, 0);
  if (header !== bareHeader + ccOctets)
    refuse('response.header_length', 'RHL is not that of the security that was asked for.');
  if (!spec.spi.porCiphered || !isInClear(packet, spec)) return yield* opened(packet, spec, spec.spi.porCiphered);
  try {
    return yield* opened(packet, spec, false);
  } catch (error) {
    // Cards that could not decipher leave the checksum zero or make one with other keys.
    if (error instanceof OtaError && error.reason === 'response.not_authentic') return unproven(packet, ccOctets);
    throw error;
  }
}

/**
 * Opens a secured response packet (ETSI TS 102 225, 5.2; 3GPP TS 31.115, 4.4), from RPL on or with its user data
 * header `02 71 00` before it. An error may come in clear and without a checksum though both were asked for: it is
 * opened, and `authenticated` is false.
 *
 * @throws OtaError when it is no response packet, of another TAR, not authentic, or claims success without proof.
 */
export const openResponsePacket = (octets: Buffer, spec: ResponseSpec, primitives: Primitives): ResponsePacket =>
  run(steps(octets, spec), primitives);

/** The same with keys that are elsewhere: at most one call to decipher, then one for the checksum. */
export const openResponsePacketRemotely = (
  octets: Buffer,
  spec: ResponseSpec,
  primitives: RemotePrimitives,
): Promise<ResponsePacket> => runRemotely(steps(octets, spec), primitives);
