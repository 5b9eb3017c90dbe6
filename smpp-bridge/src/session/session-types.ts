import type { LookupFunction } from 'node:net';
import type { BodyInput, BodyOf, DataSm, DeliverSm, PassingPdu } from '../pdu/pdu.ts';

/** How to reach an SMSC and how long to wait for it. Every time is in milliseconds. */
export interface SessionSettings {
  readonly host: string;
  readonly port: number;
  /** TLS 1.2 at least, with the certificate verified against `host` and SNI sent. */
  readonly tls: boolean;
  /** Certificates, in PEM, trusted instead of the system's: for an SMSC with an authority of its own. */
  readonly tlsCa?: string;
  /** Resolves `host` for each connection; the system does when left out. */
  readonly lookup?: LookupFunction | undefined;
  /** Why there must be no connection to `host`: every attempt fails with these words. */
  readonly hostRefusal?: string | undefined;
  readonly systemId: string;
  readonly password: string;
  readonly systemType: string;
  readonly bindType: 'transceiver' | 'transmitter' | 'receiver';
  /** How many submit_sm may wait for their response at once. */
  readonly windowSize: number;
  /** From the start of the connection to the bind's response. */
  readonly bindTimeoutMs: number;
  /** How long the peer may be silent before it is asked whether it lives; keep it at a minute or less. */
  readonly enquireLinkIntervalMs: number;
  /** How long it may stay silent once asked. */
  readonly enquireLinkTimeoutMs: number;
  /** After this a submit_sm without a response is unknown and its slot is free. */
  readonly responseTimeoutMs: number;
  /** How long the rest of a PDU may take once its first octet has come. */
  readonly readTimeoutMs: number;
  /** Unbind after so long without a message in either direction; never when left out. */
  readonly inactivityTimeoutMs?: number;
  /** How many deliver_sm may wait for their answer before reading stops; 200 when left out. */
  readonly maxPendingDeliveries?: number;
  /** After this a deliver_sm that is still not stored is answered ESME_RSYSERR; 20 s when left out. */
  readonly deliveryTimeoutMs?: number;
}

/**
 * The parameters of a submit_sm; what is left out is the specification's NULL. Text is carried by short_message (at
 * most 254 octets) or by tlvs.message_payload, never by both.
 */
export type SubmitSmFields = BodyInput<'submit_sm'> & Pick<BodyOf<'submit_sm'>, 'destination_addr'>;

/** What the SMSC said of one submit_sm. An SMSC may accept and give no id: messageId is then empty. */
export type SubmitResponse =
  | { readonly outcome: 'accepted'; readonly messageId: string }
  | { readonly outcome: 'refused'; readonly commandStatus: number };

/**
 * What became of one submit_sm. `unknown` may have been delivered; `not-sent` has certainly not left this process.
 * Fields that break the specification are `refused` with the status an SMSC would have given, and nothing is sent.
 */
export type SubmitResult =
  | SubmitResponse
  | { readonly outcome: 'unknown'; readonly reason: 'response-timeout' | 'session-lost' }
  | { readonly outcome: 'not-sent' };

/** SMPP 3.4, 2.2, with the moment after unbind and the end. */
export type SessionState = 'OPEN' | 'BOUND_TRX' | 'BOUND_TX' | 'BOUND_RX' | 'UNBOUND' | 'CLOSED';

/** Why a bound session is over. `detail` is for a log and holds no content of a message. */
export interface SessionClosed {
  readonly reason:
    | 'unbound'
    | 'unbound-by-peer'
    | 'closed-by-peer'
    | 'connection-lost'
    | 'protocol-error'
    | 'peer-dead'
    | 'read-timeout'
    | 'write-timeout'
    | 'inactive'
    | 'bind-faulted'
    | 'destroyed';
  readonly detail?: string;
  /** Why the SMSC wants no message on this bind, where a response to a submit_sm said so. */
  readonly commandStatus?: number;
}

/** What a log may want to know of a session; it never carries a text, an address or a password. */
export type SessionEvent =
  | { readonly type: 'bound'; readonly systemId: string; readonly scInterfaceVersion: number | undefined }
  | { readonly type: 'enquire-link-sent' }
  | { readonly type: 'response-timed-out'; readonly sequenceNumber: number }
  | { readonly type: 'unexpected-response'; readonly commandId: number; readonly sequenceNumber: number }
  | {
      readonly type: 'malformed-pdu';
      readonly commandId: number;
      readonly commandStatus: number;
      readonly detail: string;
    }
  | { readonly type: 'request-not-supported'; readonly commandId: number }
  | { readonly type: 'notification'; readonly command: 'outbind' | 'alert_notification' }
  | { readonly type: 'delivery-fault'; readonly error: unknown }
  /** The owner threw when it was told something; what told it goes on as if it had not. */
  | {
      readonly type: 'listener-fault';
      readonly listener: 'notTaken' | 'lateResponse' | 'closed' | 'passed' | 'bound' | 'lost';
      readonly error: unknown;
    }
  | { readonly type: 'unbind-received' }
  | { readonly type: 'frame-error'; readonly detail: string };

export type Direction = 'sent' | 'received';

/** What a session tells its owner. Nothing here is called before the bind was accepted, except `event` and `passed`. */
export interface SessionEvents {
  /**
   * A message or receipt from the SMSC. The promise gives the command_status to answer with, once the PDU is stored
   * durably; a rejection, or nothing within deliveryTimeoutMs, is answered ESME_RSYSERR (0x08), so that the SMSC sends
   * it again.
   */
  deliver(pdu: DeliverSm | DataSm): Promise<number>;
  /** What was given to `deliver` was answered with an error, or can no more be answered: the SMSC sends it again. */
  notTaken?(pdu: DeliverSm | DataSm): void;
  /** The SMSC answered a submit_sm that had already been given up as unknown; `token` is what submit was given. */
  lateResponse(late: { readonly token: unknown; readonly result: SubmitResponse }): void;
  /** Called once, after every submit_sm under way was decided. */
  closed(reason: SessionClosed): void;
  event?(event: SessionEvent): void;
  /** Every whole PDU as it passes. It must be quick, not throw, and keep no octets of it. */
  passed?(direction: Direction, pdu: PassingPdu): void;
}

/** One bound connection. It is never bound again: a new one is opened in its place. */
export interface Session {
  readonly state: SessionState;
  /** How many submit_sm may be handed over now; 0 while the peer does not read, while draining and when closed. */
  readonly freeSlots: number;
  /** How many submit_sm wait for their response. */
  readonly inFlight: number;
  /**
   * Sends one submit_sm and gives what became of it, as a value: the promise never rejects. Without a free slot it is
   * `not-sent`. Bytes are written once per tick, however many submit_sm were handed over in it.
   */
  submit(fields: SubmitSmFields, token?: unknown): Promise<SubmitResult>;
  /** Resolves true as soon as there is a free slot, and false when there will never be one again. */
  whenSlotFree(): Promise<boolean>;
  /** Changes how many may be in flight; those beyond a smaller window are left to finish. */
  resizeWindow(size: number): void;
  /**
   * Stops sending, lets what is in flight finish for at most `drainMs` (responseTimeoutMs when left out), unbinds,
   * awaits the response and closes. Resolves when the session is closed, however that came about.
   */
  unbind(drainMs?: number): Promise<void>;
  /**
   * To be called when a response to a submit_sm found fault with the bind itself: no more is sent, what is in flight may
   * still be answered, and the session ends as `bind-faulted`.
   */
  fault(commandStatus: number): void;
  /** Closes at once. */
  destroy(): void;
}

export type OpenResult =
  | { readonly outcome: 'bound'; readonly session: Session }
  | { readonly outcome: 'refused'; readonly commandStatus: number }
  | { readonly outcome: 'failed'; readonly error: Error };

/** Monotonic time and a way to wait, so that a test can be its own clock. */
export interface Clock {
  /** Milliseconds from some fixed moment. */
  now(): number;
  /** Calls back once after `delayMs`, unless the function it returns was called before. */
  schedule(callback: () => void, delayMs: number): () => void;
}
