import type { CardQuirks } from './card-quirks.ts';
import {
  cipherOf,
  encodeKic,
  encodeKid,
  type KeyIndication,
  type KicAlgorithm,
  type KidAlgorithm,
} from './key-indication.ts';
import { OtaError } from './ota-error.ts';
import { blockOctets, checksum, checksumOctets, covered } from './packet-checksum.ts';
import { type Primitives, type RemotePrimitives, run, runRemotely, type Steps } from './primitives.ts';
import { encodeSpi, type SecurityParameters } from './security-parameters.ts';

/** How a packet is secured, for the command and for what the card answers to it. */
export interface PacketSecurity {
  readonly spi: SecurityParameters;
  readonly kic: KeyIndication<KicAlgorithm>;
  readonly kid: KeyIndication<KidAlgorithm>;
  readonly quirks: CardQuirks;
}

/** One command packet to be built. */
export interface CommandSpec extends PacketSecurity {
  /** Three octets: the application on the card. */
  readonly tar: Buffer;
  /** 0 to 2^40 - 1; 0 where SPI has no counter. */
  readonly counter: bigint;
  /** What the application gets: remote commands in the compact or expanded format, or any octets. */
  readonly data: Buffer;
}

/** TS 31.115, 4.2: the header of a short message that is one command packet. */
export const commandUdh: Buffer = Buffer.from('027000', 'hex');
const mostOctets = 0xffff;
const highestCounter = (1n << 40n) - 1n;

/** Five octets. */
export const encodeCounter = (counter: bigint): Buffer => {
  if (counter < 0n || counter > highestCounter)
    throw new OtaError('counter.out_of_range', 'A counter is 0 to 2^40 - 1.');
  const octets = Buffer.alloc(5);
  octets.writeUIntBE(Number(counter), 0, 5);
  return octets;
};

/** How many octets the packet will have, from CPL on. */
export const commandOctets = (spec: Omit<CommandSpec, 'tar' | 'counter' | 'data'>, dataOctets: number): number => {
  const secured = 6 + checksumOctets(spec.spi.integrity, spec) + dataOctets;
  return 10 + secured + paddingOf(spec, secured);
};

const paddingOf = (spec: PacketSecurity, secured: number): number => {
  if (!spec.spi.ciphered) return 0;
  const block = blockOctets(cipherOf(spec.kic, spec.quirks));
  return (block - (secured % block)) % block;
};

function* steps(spec: CommandSpec): Steps<Buffer> {
  const { spi, kic, kid, tar, counter, data, quirks } = spec;
  if (tar.length !== 3) throw new OtaError('tar.length', 'A TAR is three octets.');
  const ccOctets = checksumOctets(spi.integrity, spec);
  const padding = paddingOf(spec, 6 + ccOctets + data.length);
  const length = commandOctets(spec, data.length);
  if (length - 2 > mostOctets) throw new OtaError('command.too_long', 'A command packet is at most 65,535 octets.');
  const packet = Buffer.alloc(length);
  packet.writeUInt16BE(length - 2, 0);
  packet[2] = 13 + ccOctets;
  encodeSpi(spi).copy(packet, 3);
  packet[5] = encodeKic(kic);
  packet[6] = encodeKid(kid);
  tar.copy(packet, 7);
  encodeCounter(counter).copy(packet, 10);
  packet[15] = padding;
  data.copy(packet, 16 + ccOctets);
  if (ccOctets > 0) {
    const octets = covered(packet, {
      udh: commandUdh,
      checksumAt: 16,
      ccOctets,
      coverage: quirks.commandCcCoverage,
      padding,
      quirks,
    });
    (yield* checksum(spi.integrity, octets, spec)).copy(packet, 16);
  }
  if (spi.ciphered) {
    const algorithm = cipherOf(kic, quirks);
    (yield { use: 'cipher', algorithm, data: packet.subarray(10) }).copy(packet, 10);
  }
  return packet;
}

/**
 * A secured command packet (ETSI TS 102 225, 5.1; 3GPP TS 31.115, 4.2), from CPL on: the user data header comes with
 * the short messages.
 *
 * @throws OtaError when the spec can not be built.
 */
export const buildCommandPacket = (spec: CommandSpec, primitives: Primitives): Buffer => run(steps(spec), primitives);

/** The same with keys that are elsewhere: one call for the checksum, one for the cipher, in this order. */
export const buildCommandPacketRemotely = (spec: CommandSpec, primitives: RemotePrimitives): Promise<Buffer> =>
  runRemotely(steps(spec), primitives);
