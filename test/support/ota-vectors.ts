import { existsSync, readFileSync } from 'node:fs';
import { type CardQuirks, standardQuirks } from '#shared/domain/ota/card-quirks.ts';
import type { CommandSpec } from '#shared/domain/ota/command-packet.ts';
import { decodeKic, decodeKid } from '#shared/domain/ota/key-indication.ts';
import type { CipherAlgorithm } from '#shared/domain/ota/primitives.ts';
import type { ResponseSpec } from '#shared/domain/ota/response-packet.ts';
import { decodeSpi } from '#shared/domain/ota/security-parameters.ts';
import type { KeyPair } from '#shared/domain/ota/software-primitives.ts';

interface Secured {
  readonly id: string;
  readonly spi: string;
  readonly kicByte: string;
  readonly kidByte: string;
  readonly kicKey: string;
  readonly kidKey: string;
  readonly kicAlgoOverride?: string;
}

export interface CommandVector extends Secured {
  readonly kind: 'command';
  readonly tar: string;
  readonly cntr: string;
  readonly ccLen: number;
  readonly data: string;
  /** The packet from CPL on. */
  readonly expected: string;
}

export interface ResponseVector extends Secured {
  readonly kind: 'response';
  /** With or without the header 02 71 00. */
  readonly packet: string;
  readonly expected: {
    readonly tar: string;
    readonly status: number;
    readonly data: string;
    readonly cntr?: string;
    readonly pcntr?: number;
    readonly cc?: boolean;
    readonly mustReject?: boolean;
  };
}

export interface ConcatenationVector {
  readonly id: string;
  readonly packet: string;
  readonly ref: number;
  /** Each with its user data header. */
  readonly segments: readonly string[];
}

interface Vectors {
  readonly primitives: readonly {
    readonly id: string;
    readonly in: string;
    readonly key?: string;
    readonly out: string;
  }[];
  readonly vectors: readonly (CommandVector | ResponseVector)[];
  readonly derived: readonly CommandVector[];
  readonly concatenation: readonly ConcatenationVector[];
}

const url = new URL('../../../shared/vectors/ota.json', import.meta.url);

/** The independent secured packets; null where the vectors are not there: then a test says so in its name. */
export const otaVectors: Vectors | null = existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as Vectors) : null;

const all = otaVectors ? [...otaVectors.vectors, ...otaVectors.derived] : [];
export const commandVectors = all.filter((vector) => vector.kind === 'command');
export const responseVectors = all.filter((vector) => vector.kind === 'response');

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const quirksOf = ({ kicAlgoOverride, kicKey }: Secured, ccLength: 4 | 8): CardQuirks => ({
  ...standardQuirks,
  ccLength,
  implicitCipher: kicAlgoOverride ? (`3des-${kicKey.length / 16}-ecb` as CipherAlgorithm) : null,
});
const securityOf = (vector: Secured, ccLength: 4 | 8) => {
  const spi = decodeSpi(hex(vector.spi));
  return {
    spi,
    kic: decodeKic(Number.parseInt(vector.kicByte, 16)),
    kid: decodeKid(Number.parseInt(vector.kidByte, 16), spi.integrity),
    quirks: quirksOf(vector, ccLength),
  };
};

export const keysOf = ({ kicKey, kidKey }: Secured): KeyPair => ({
  kic: kicKey ? hex(kicKey) : null,
  kid: kidKey ? hex(kidKey) : null,
});

export const commandSpecOf = (vector: CommandVector): CommandSpec => ({
  ...securityOf(vector, vector.ccLen === 4 ? 4 : 8),
  tar: hex(vector.tar),
  counter: BigInt(`0x${vector.cntr}`),
  data: hex(vector.data),
});

export const responseSpecOf = (vector: ResponseVector): ResponseSpec => ({
  ...securityOf(vector, 8),
  tar: hex(vector.expected.tar),
  counter: BigInt(`0x${vector.expected.cntr ?? '0'}`),
});
