import type { Claim } from '#shared/adapters/claim-deliveries.ts';
import type { Provider } from '#shared/contracts/providers.ts';
import type { LinkFigures } from '../bridge-instruments.ts';
import type { Flow } from '../delivery/links.ts';
import type { StatusTable } from '../pdu/command-status.ts';
import type { SubmitResult } from '../session/session-types.ts';

/** A provider and what is not in its settings. */
export interface KnownProvider {
  readonly provider: Provider;
  /** Of an SMPP account, or the key that signs an HTTP provider's requests. */
  readonly password: string;
}

/** One submission of a message: one part, or all of them where the provider takes them as one. */
export interface Submission {
  readonly parts: readonly number[];
  /** Does not reject. */
  submit(flow: Flow): Promise<SubmitResult>;
}

/** How things stand with one provider, for whoever chooses between them and whoever looks. */
export interface LinkState extends LinkFigures {
  /** Why nothing, or less than there could be, goes over it; null when all is well. */
  readonly reason: string | null;
  /** It takes nothing lately: others are to be preferred. */
  readonly isCircuitOpen: boolean;
}

/** Everything that one task has open to one provider, whatever its kind. */
export interface ProviderLink {
  readonly name: string;
  /** What a refusal means, as it is set now. */
  readonly statusOf: StatusTable;
  readonly state: LinkState;
  /** Messages can be given to it: at least one session is open. */
  readonly isUp: boolean;
  readonly isCircuitOpen: boolean;
  /** Slots of this task, and of all tasks together. */
  readonly slots: { readonly held: number; readonly allowed: number };
  /** Parts given to it and not yet decided. */
  readonly inHand: number;
  /** Parts that may be in its hand at once, so that it is busy and yet keeps nobody waiting for long. */
  readonly capacity: number;
  /** @returns null when it cannot carry this message, whatever its state: its alphabet lacks a character. */
  prepare(claim: Claim): readonly Submission[] | null;
  /** In how many seconds there should be room for so many parts that were turned away; each call makes the next one later. */
  roomIn(parts: number): number;
  /** Other settings hold from now on. Sessions are opened anew, one after its drain, only where they must be. */
  change(known: KnownProvider): void;
  /** What waits is not sent, nor is anything that is handed over later. */
  close(): void;
  /** Closes, lets what is in flight finish, unbinds, and gives its slots back. */
  stop(drainMs: number): Promise<void>;
  /** Closes every socket at once. */
  destroy(): void;
}
