import type { CommandSpec } from '#shared/domain/ota/command-packet.ts';
import type { CipherAlgorithm, MacAlgorithm, RemotePrimitives } from '#shared/domain/ota/primitives.ts';
import type { ResponsePacket, ResponseSpec } from '#shared/domain/ota/response-packet.ts';

/** A data key as it lies in the database: wrapped by KMS, useless without it. */
export interface WrappedDataKey {
  readonly id: string;
  readonly wrapped_base64: string;
}

/**
 * Where the keys of one card's keyset are: here, sealed under a data key, or in the HSM under these labels. Null: the
 * card has no such key.
 */
export type KeyLocation =
  | {
      readonly kind: 'sealed';
      readonly dataKey: WrappedDataKey;
      readonly kic: string | null;
      readonly kid: string | null;
    }
  | { readonly kind: 'hsm'; readonly kic: string | null; readonly kid: string | null };

/** The keys with which one card is spoken to. It holds no key in clear. */
export interface CardKeyset {
  readonly iccid: string;
  /** 0 to 15, as KIc and KID name it. */
  readonly version: number;
  readonly location: KeyLocation;
}

export interface HsmCapabilities {
  /** `packets`: it builds and opens whole packets. `primitives`: it ciphers and checks, and the packet is ours. */
  readonly level: 'packets' | 'primitives';
  readonly ciphers: readonly CipherAlgorithm[];
  readonly macs: readonly MacAlgorithm[];
}

export type HsmHealth = { readonly state: 'up' } | { readonly state: 'down'; readonly reason: string };

/** Why an HSM will not do what it was asked, however often it is asked. */
export type HsmRefusal = 'key.unknown' | 'algorithm.unsupported' | 'request.refused';

export interface BuildRequest {
  /** The idempotency key: one for each counter that is used. */
  readonly callId: string;
  readonly keyset: CardKeyset;
  readonly spec: CommandSpec;
}

export interface OpenRequest {
  readonly callId: string;
  readonly keyset: CardKeyset;
  readonly spec: ResponseSpec;
  /** What the card sent, with or without the header 02 71 00. */
  readonly packet: Buffer;
}

export type Built =
  | { readonly outcome: 'built'; readonly packet: Buffer }
  | { readonly outcome: 'refused'; readonly reason: HsmRefusal };

export type Opened =
  | { readonly outcome: 'opened'; readonly response: ResponsePacket }
  /** It is no answer to this push, or none that may be trusted. */
  | { readonly outcome: 'not-authentic'; readonly reason: string }
  | { readonly outcome: 'refused'; readonly reason: HsmRefusal };

/**
 * Builds and opens whole packets. All but a refusal is thrown: HsmFault, which says whether the counter may have been
 * used by then.
 */
export interface PacketCalls {
  build(request: BuildRequest): Promise<Built>;
  open(request: OpenRequest): Promise<Opened>;
}

/** Uses keys; the packet is built around them. */
export interface PrimitiveCalls {
  /**
   * @throws OtaError for a key that is missing or of a wrong length, and HsmFault. What it gives is used for one packet.
   */
  primitives(keyset: CardKeyset): Promise<RemotePrimitives>;
}

interface AnyBackend {
  readonly name: string;
  readonly capabilities: HsmCapabilities;
  health(): Promise<HsmHealth>;
  /** Ends sessions and connections. */
  close(): Promise<void>;
}

export type HsmBackend = AnyBackend & (PacketCalls | PrimitiveCalls);

/** Any backend, as `packetHsm` gives it: what the rest of the system knows of an HSM. */
export type PacketHsm = AnyBackend & PacketCalls;
