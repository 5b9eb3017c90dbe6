import type { DatagramMode } from '#shared/domain/simulcrypt/messages.ts';

/** Where EMMs of a stream go to. */
export interface Output {
  readonly mode: DatagramMode;
  /** Of packets: whether sections share them. */
  readonly isPacked: boolean;
  /** What may be sent now, in kbit/s of packets; 0: nothing. */
  readonly allocation: number;
  /** Sends sections or packets, as the mode has it. Never waits: what is not taken shows in the allocation. */
  send(datagrams: readonly Uint8Array[]): void;
  /** From now on so much is wanted. */
  request(bandwidthKbitS: number): void;
  /** Says goodbye where that is usual. */
  close(): Promise<void>;
  /** At once: the lease is nearly over. */
  destroy(): void;
}

/** What goes on between an output and its peer. */
export type OutputEvent =
  | { readonly event: 'allocated'; readonly kbit_s: number }
  | { readonly event: 'complained'; readonly statuses: readonly string[] }
  | {
      readonly event: 'failed';
      readonly reason: string;
      readonly statuses: readonly string[];
      readonly retryMs: number;
    };
